-- +goose NO TRANSACTION
-- +goose Up

-- From where a session was begun and last used; the user agent is that of the last use.
ALTER TABLE sessions ADD COLUMN IF NOT EXISTS address text, ADD COLUMN IF NOT EXISTS seen_address text, ADD COLUMN IF NOT EXISTS user_agent text;

-- The newest of one grant, client or user. CONCURRENTLY: tokens are issued while an index is built.
-- A step that was interrupted leaves an index that is not valid, hence the DROP.
DROP INDEX CONCURRENTLY IF EXISTS tokens_grant;
CREATE INDEX CONCURRENTLY tokens_grant ON tokens (grant_id, id);
DROP INDEX CONCURRENTLY IF EXISTS grants_client_newest;
CREATE INDEX CONCURRENTLY grants_client_newest ON grants (client_id, id);
DROP INDEX CONCURRENTLY IF EXISTS grants_client;
DROP INDEX CONCURRENTLY IF EXISTS grants_user_newest;
CREATE INDEX CONCURRENTLY grants_user_newest ON grants (user_id, id) WHERE user_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS grants_user;
DROP INDEX CONCURRENTLY IF EXISTS sessions_user_newest;
CREATE INDEX CONCURRENTLY sessions_user_newest ON sessions (user_id, id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_user;

-- +goose Down

DROP INDEX CONCURRENTLY IF EXISTS sessions_user;
CREATE INDEX CONCURRENTLY sessions_user ON sessions (user_id);
DROP INDEX CONCURRENTLY IF EXISTS sessions_user_newest;
DROP INDEX CONCURRENTLY IF EXISTS grants_user;
CREATE INDEX CONCURRENTLY grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS grants_user_newest;
DROP INDEX CONCURRENTLY IF EXISTS grants_client;
CREATE INDEX CONCURRENTLY grants_client ON grants (client_id);
DROP INDEX CONCURRENTLY IF EXISTS grants_client_newest;
DROP INDEX CONCURRENTLY IF EXISTS tokens_grant;
ALTER TABLE sessions DROP COLUMN IF EXISTS user_agent, DROP COLUMN IF EXISTS seen_address, DROP COLUMN IF EXISTS address;

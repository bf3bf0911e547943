-- +goose Up

-- From where a session was begun and last used; the user agent is that of the last use.
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN seen_address TEXT;
ALTER TABLE sessions ADD COLUMN user_agent TEXT;

-- The newest of one grant, client or user.
CREATE INDEX tokens_grant ON tokens (grant_id, id);
CREATE INDEX grants_client_newest ON grants (client_id, id);
DROP INDEX grants_client;
CREATE INDEX grants_user_newest ON grants (user_id, id) WHERE user_id IS NOT NULL;
DROP INDEX grants_user;
CREATE INDEX sessions_user_newest ON sessions (user_id, id);
DROP INDEX sessions_user;

-- +goose Down

CREATE INDEX sessions_user ON sessions (user_id);
DROP INDEX sessions_user_newest;
CREATE INDEX grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
DROP INDEX grants_user_newest;
CREATE INDEX grants_client ON grants (client_id);
DROP INDEX grants_client_newest;
DROP INDEX tokens_grant;
ALTER TABLE sessions DROP COLUMN user_agent;
ALTER TABLE sessions DROP COLUMN seen_address;
ALTER TABLE sessions DROP COLUMN address;

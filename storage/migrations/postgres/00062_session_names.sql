-- +goose NO TRANSACTION
-- +goose Up

-- By the name in ID tokens the session is found that replaced the one with that id. CONCURRENTLY: grants are made while
-- the index is built. A step that was interrupted leaves an index that is not valid, hence the DROP.
DROP INDEX CONCURRENTLY IF EXISTS grants_sid;
CREATE INDEX CONCURRENTLY grants_sid ON grants (sid) WHERE sid IS NOT NULL;

-- +goose Down

DROP INDEX CONCURRENTLY IF EXISTS grants_sid;

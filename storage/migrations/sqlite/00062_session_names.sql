-- +goose Up

-- By the name in ID tokens the session is found that replaced the one with that id.
CREATE INDEX grants_sid ON grants (sid) WHERE sid IS NOT NULL;

-- +goose Down

DROP INDEX grants_sid;

-- +goose Up

-- What was not sent, or not yet, is listed by administrators; it is little of what is kept.
CREATE INDEX outbox_unsent ON outbox (state, id) WHERE state IN ('waiting', 'failed', 'dropped');

-- +goose Down

DROP INDEX outbox_unsent;

-- +goose Up

-- What could not be sent is listed by administrators; it is little of what is kept.
CREATE INDEX outbox_ended ON outbox (state, id) WHERE state IN ('failed', 'dropped');

-- +goose Down

DROP INDEX outbox_ended;

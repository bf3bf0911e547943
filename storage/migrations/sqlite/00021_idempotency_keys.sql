-- +goose Up

-- Responses that are kept so that their requests can be repeated without a second effect.
CREATE TABLE idempotency_keys (
    id         BLOB PRIMARY KEY,
    request    BLOB NOT NULL,
    response   BLOB NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);

-- +goose Down

DROP TABLE idempotency_keys;

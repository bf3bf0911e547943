-- +goose Up

-- Where events are sent.
CREATE TABLE webhook_endpoints (
    id            BLOB PRIMARY KEY,
    url           TEXT NOT NULL,
    description   TEXT NOT NULL,
    event_types   TEXT NOT NULL,
    disabled      BOOLEAN NOT NULL,
    failing_since TIMESTAMP,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL
);

CREATE TABLE webhook_secrets (
    id          BLOB PRIMARY KEY,
    endpoint_id BLOB NOT NULL,
    sealed      BLOB NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, id);

-- Written in the transaction of the act that the event is about. There is no foreign key: deleting
-- an endpoint must not make a concurrent act fail.
CREATE TABLE webhook_deliveries (
    id          BLOB PRIMARY KEY,
    event_id    BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    type        TEXT NOT NULL,
    body        BLOB NOT NULL,
    state       TEXT NOT NULL,
    tries       INTEGER NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    next_at     TIMESTAMP NOT NULL
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending';

CREATE TABLE webhook_attempts (
    id          BLOB PRIMARY KEY,
    delivery_id BLOB NOT NULL,
    at          TIMESTAMP NOT NULL,
    took_ms     INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    error       TEXT NOT NULL
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);

-- +goose Down

DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_secrets;
DROP TABLE webhook_endpoints;

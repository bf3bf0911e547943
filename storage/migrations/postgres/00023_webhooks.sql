-- +goose Up

-- Where events are sent.
CREATE TABLE webhook_endpoints (
    id            uuid PRIMARY KEY,
    url           text NOT NULL,
    description   text NOT NULL,
    event_types   text NOT NULL,
    disabled      boolean NOT NULL,
    failing_since timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);

CREATE TABLE webhook_secrets (
    id          uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL,
    sealed      bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz
);
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, id);

-- Written in the transaction of the act that the event is about. There is no foreign key: deleting
-- an endpoint must not make a concurrent act fail.
CREATE TABLE webhook_deliveries (
    id          uuid PRIMARY KEY,
    event_id    uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    type        text NOT NULL,
    body        bytea NOT NULL,
    state       text NOT NULL,
    tries       integer NOT NULL,
    created_at  timestamptz NOT NULL,
    next_at     timestamptz NOT NULL
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending';

CREATE TABLE webhook_attempts (
    id          uuid PRIMARY KEY,
    delivery_id uuid NOT NULL,
    at          timestamptz NOT NULL,
    took_ms     bigint NOT NULL,
    status      integer NOT NULL,
    error       text NOT NULL
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id, id);

-- +goose Down

DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_secrets;
DROP TABLE webhook_endpoints;

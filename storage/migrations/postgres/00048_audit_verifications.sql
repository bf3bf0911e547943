-- +goose Up

-- Results of verifications of the audit log, the last hundred. They are not part of the log: a record in it would change
-- what is verified. fault is JSON, and null where nothing was wrong.
CREATE TABLE audit_verifications (
    id            uuid        PRIMARY KEY,
    verified_at   timestamptz NOT NULL,
    actor_kind    text        NOT NULL,
    actor_id      text        NOT NULL,
    host          text        NOT NULL,
    whole         boolean     NOT NULL,
    records       bigint      NOT NULL,
    first         bigint      NOT NULL,
    reached       bigint      NOT NULL,
    reached_hash  bytea,
    fault         text,
    mac           bytea
);

-- +goose Down

DROP TABLE audit_verifications;

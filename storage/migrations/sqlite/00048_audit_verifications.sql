-- +goose Up

-- Results of verifications of the audit log, the last hundred. They are not part of the log: a record in it would change
-- what is verified. fault is JSON, and null where nothing was wrong.
CREATE TABLE audit_verifications (
    id            BLOB      PRIMARY KEY,
    verified_at   TIMESTAMP NOT NULL,
    actor_kind    TEXT      NOT NULL,
    actor_id      TEXT      NOT NULL,
    host          TEXT      NOT NULL,
    whole         BOOLEAN   NOT NULL,
    records       INTEGER   NOT NULL,
    first         INTEGER   NOT NULL,
    reached       INTEGER   NOT NULL,
    reached_hash  BLOB,
    fault         TEXT,
    mac           BLOB
) WITHOUT ROWID;

-- +goose Down

DROP TABLE audit_verifications;

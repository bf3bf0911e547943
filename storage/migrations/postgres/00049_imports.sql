-- +goose Up

-- How far imports are, or how they ended. What they wrote is in the audit log, batch by batch. faults is a JSON list.
CREATE TABLE imports (
    id          uuid        PRIMARY KEY,
    command     text        NOT NULL,
    file        text        NOT NULL,
    dry_run     boolean     NOT NULL,
    actor_kind  text        NOT NULL,
    actor_id    text        NOT NULL,
    host        text        NOT NULL,
    began_at    timestamptz NOT NULL,
    seen_at     timestamptz NOT NULL,
    ended_at    timestamptz,
    result      text        NOT NULL,
    read_bytes  bigint      NOT NULL,
    total_bytes bigint      NOT NULL,
    read        bigint      NOT NULL,
    imported    bigint      NOT NULL,
    present     bigint      NOT NULL,
    refused     bigint      NOT NULL,
    skipped     bigint      NOT NULL,
    faults      text        NOT NULL
);

-- +goose Down

DROP TABLE imports;

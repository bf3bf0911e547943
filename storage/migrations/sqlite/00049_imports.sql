-- +goose Up

-- How far imports are, or how they ended. What they wrote is in the audit log, batch by batch. faults is a JSON list.
CREATE TABLE imports (
    id          BLOB        PRIMARY KEY,
    command     TEXT        NOT NULL,
    file        TEXT        NOT NULL,
    dry_run     BOOLEAN     NOT NULL,
    actor_kind  TEXT        NOT NULL,
    actor_id    TEXT        NOT NULL,
    host        TEXT        NOT NULL,
    began_at    TIMESTAMP   NOT NULL,
    seen_at     TIMESTAMP   NOT NULL,
    ended_at    TIMESTAMP,
    result      TEXT        NOT NULL,
    read_bytes  INTEGER     NOT NULL,
    total_bytes INTEGER     NOT NULL,
    read        INTEGER     NOT NULL,
    imported    INTEGER     NOT NULL,
    present     INTEGER     NOT NULL,
    refused     INTEGER     NOT NULL,
    skipped     INTEGER     NOT NULL,
    faults      TEXT        NOT NULL
) WITHOUT ROWID;

-- +goose Down

DROP TABLE imports;

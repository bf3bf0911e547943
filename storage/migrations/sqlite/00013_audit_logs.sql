-- +goose Up

-- Administrative acts. Rows are only appended: the id is ordered by time.
CREATE TABLE audit_logs (
    id          BLOB PRIMARY KEY,
    recorded_at TIMESTAMP NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    host        TEXT NOT NULL,
    action      TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target_id   TEXT NOT NULL,
    changes     TEXT NOT NULL
);
CREATE INDEX audit_logs_target ON audit_logs (target_type, target_id, id);

-- +goose Down

DROP TABLE audit_logs;

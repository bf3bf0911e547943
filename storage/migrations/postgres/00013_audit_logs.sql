-- +goose Up

-- Administrative acts. Rows are only appended: the id is ordered by time.
CREATE TABLE audit_logs (
    id          uuid PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    actor_kind  text NOT NULL,
    actor_id    text NOT NULL,
    host        text NOT NULL,
    action      text NOT NULL,
    target_type text NOT NULL,
    target_id   text NOT NULL,
    changes     text NOT NULL
);
CREATE INDEX audit_logs_target ON audit_logs (target_type, target_id, id);

-- +goose Down

DROP TABLE audit_logs;

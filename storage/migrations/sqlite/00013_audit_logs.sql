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
    client_id   TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    changes     TEXT NOT NULL
);
-- The client and the user whom an act concerned.
CREATE INDEX audit_logs_client ON audit_logs (client_id, id);
CREATE INDEX audit_logs_user ON audit_logs (user_id, id);

-- +goose Down

DROP TABLE audit_logs;

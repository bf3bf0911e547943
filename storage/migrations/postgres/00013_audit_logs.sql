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
    client_id   text NOT NULL,
    user_id     text NOT NULL,
    changes     text NOT NULL
);
-- The client and the user whom an act concerned.
CREATE INDEX audit_logs_client ON audit_logs (client_id, id);
CREATE INDEX audit_logs_user ON audit_logs (user_id, id);

-- +goose Down

DROP TABLE audit_logs;

-- +goose Up

-- The acts of one actor, of one kind, and on one thing.
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, id);
CREATE INDEX audit_logs_action ON audit_logs (action, id);
CREATE INDEX audit_logs_target ON audit_logs (target_id, id);

-- +goose Down

DROP INDEX audit_logs_target;
DROP INDEX audit_logs_action;
DROP INDEX audit_logs_actor;

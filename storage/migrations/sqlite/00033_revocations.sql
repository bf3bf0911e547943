-- +goose Up

-- What was revoked, for resource servers that verify tokens themselves. Triggers fill it, so that no
-- way to revoke, nor that of the previous version, can forget it.
CREATE TABLE revocations (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT, -- a number of a removed row is not used again
    revoked_at TIMESTAMP NOT NULL,
    kind       TEXT NOT NULL,
    target     TEXT NOT NULL
);
CREATE INDEX revocations_revoked ON revocations (revoked_at);

-- +goose StatementBegin
CREATE TRIGGER tokens_revoked AFTER UPDATE OF revoked_at ON tokens WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL BEGIN
    INSERT INTO revocations (revoked_at, kind, target)
    SELECT NEW.revoked_at, 'token', lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4) || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER grants_ended AFTER UPDATE OF ended_at ON grants WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL BEGIN
    INSERT INTO revocations (revoked_at, kind, target)
    SELECT NEW.ended_at, 'grant', lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4) || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER clients_disabled AFTER UPDATE OF disabled ON clients WHEN NEW.disabled AND NOT OLD.disabled BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.updated_at, 'client', NEW.id);
END;
-- +goose StatementEnd
-- Times are microseconds; the database's own clock has milliseconds.
-- +goose StatementBegin
CREATE TRIGGER clients_deleted AFTER DELETE ON clients BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000, 'client', OLD.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_disabled AFTER UPDATE OF disabled ON users WHEN NEW.disabled AND NOT OLD.disabled BEGIN
    INSERT INTO revocations (revoked_at, kind, target)
    SELECT NEW.updated_at, 'user', COALESCE(NEW.subject, lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4) || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21)));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_gone AFTER DELETE ON users BEGIN
    INSERT INTO revocations (revoked_at, kind, target)
    SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000, 'user', COALESCE(OLD.subject, lower(substr(hex(OLD.id), 1, 8) || '-' || substr(hex(OLD.id), 9, 4) || '-' || substr(hex(OLD.id), 13, 4) || '-' || substr(hex(OLD.id), 17, 4) || '-' || substr(hex(OLD.id), 21)));
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER users_gone;
DROP TRIGGER users_disabled;
DROP TRIGGER clients_deleted;
DROP TRIGGER clients_disabled;
DROP TRIGGER grants_ended;
DROP TRIGGER tokens_revoked;
DROP TABLE revocations;

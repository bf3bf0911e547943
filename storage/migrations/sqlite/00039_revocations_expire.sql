-- +goose Up

-- Until when a revoked token would have been valid: readers of the feed need not remember it for longer.
-- NULL: of another kind, or from before this column.
ALTER TABLE revocations ADD COLUMN expires_at TIMESTAMP;

DROP TRIGGER tokens_revoked;
-- +goose StatementBegin
CREATE TRIGGER tokens_revoked AFTER UPDATE OF revoked_at ON tokens WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL BEGIN
    INSERT INTO revocations (revoked_at, expires_at, kind, target)
    SELECT NEW.revoked_at, NEW.at_expires_at, 'token', lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4) || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21));
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER tokens_revoked;
-- +goose StatementBegin
CREATE TRIGGER tokens_revoked AFTER UPDATE OF revoked_at ON tokens WHEN OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL BEGIN
    INSERT INTO revocations (revoked_at, kind, target)
    SELECT NEW.revoked_at, 'token', lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4) || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21));
END;
-- +goose StatementEnd
ALTER TABLE revocations DROP COLUMN expires_at;

-- +goose Up

-- Proves that a server wrote the record: who can only write to the database cannot make it.
ALTER TABLE audit_logs ADD COLUMN mac BLOB;

-- Changes with each change of a webhook endpoint. Recording an act reads it.
INSERT INTO settings (name, value) VALUES ('webhook_version', 0);

-- +goose Down

DELETE FROM settings WHERE name = 'webhook_version';
ALTER TABLE audit_logs DROP COLUMN mac;

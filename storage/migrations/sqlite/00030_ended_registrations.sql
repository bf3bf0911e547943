-- +goose Up

-- The previous version may delete a user, too, and does not know ended_subjects.
-- +goose StatementBegin
CREATE TRIGGER users_deleted AFTER DELETE ON users BEGIN
    INSERT INTO ended_subjects (subject)
    SELECT lower(substr(hex(OLD.id), 1, 8) || '-' || substr(hex(OLD.id), 9, 4) || '-' || substr(hex(OLD.id), 13, 4) || '-' || substr(hex(OLD.id), 17, 4) || '-' || substr(hex(OLD.id), 21))
    WHERE TRUE ON CONFLICT (subject) DO NOTHING;
    INSERT INTO ended_subjects (subject) SELECT OLD.subject WHERE OLD.subject IS NOT NULL ON CONFLICT (subject) DO NOTHING;
END;
-- +goose StatementEnd

-- The responses to a client go with it: a client that gets its id later is another one, even if it was
-- imported with the same time of registration. Before this they had no client.
ALTER TABLE idempotency_keys ADD COLUMN client_id TEXT REFERENCES clients (id) ON DELETE CASCADE;
CREATE INDEX idempotency_keys_client ON idempotency_keys (client_id);

-- +goose Down

CREATE TABLE idempotency_keys_before (
    id         BLOB PRIMARY KEY,
    request    BLOB NOT NULL,
    response   BLOB NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
INSERT INTO idempotency_keys_before SELECT id, request, response, expires_at FROM idempotency_keys;
DROP TABLE idempotency_keys;
ALTER TABLE idempotency_keys_before RENAME TO idempotency_keys;
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);
DROP TRIGGER users_deleted;

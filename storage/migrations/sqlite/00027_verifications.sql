-- +goose Up

-- Open requests to prove that a person controls an address. Codes are derived, never stored.
CREATE TABLE verifications (
    id         BLOB PRIMARY KEY,
    purpose    TEXT NOT NULL,
    user_id    BLOB REFERENCES users (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    generation INTEGER NOT NULL,
    details    BLOB NOT NULL, -- sealed
    key_id     INTEGER NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP
);
-- One registration of an address is open at a time.
CREATE UNIQUE INDEX verifications_registration ON verifications (address) WHERE purpose = 'registration';
CREATE INDEX verifications_user ON verifications (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX verifications_nobody ON verifications (purpose) WHERE user_id IS NULL;
CREATE INDEX verifications_expires ON verifications (expires_at);
-- A user is found by a phone number.
CREATE INDEX users_phone ON users (phone) WHERE phone <> '';

-- +goose Down

DROP INDEX users_phone;
DROP TABLE verifications;

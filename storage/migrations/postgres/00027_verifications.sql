-- +goose Up

-- Open requests to prove that a person controls an address. Codes are derived, never stored.
CREATE TABLE verifications (
    id         uuid PRIMARY KEY,
    purpose    text NOT NULL,
    user_id    uuid REFERENCES users (id) ON DELETE CASCADE,
    address    text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    details    bytea NOT NULL, -- sealed
    key_id     smallint NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
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

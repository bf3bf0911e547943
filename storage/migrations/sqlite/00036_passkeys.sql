-- +goose Up

-- The passkeys of users (W3C Web Authentication). Who reads them cannot sign in with them: the private keys are
-- in authenticators.
CREATE TABLE passkeys (
    id              BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    credential_id   BLOB NOT NULL UNIQUE,
    public_key      BLOB NOT NULL,
    user_handle     BLOB NOT NULL,
    sign_count      INTEGER NOT NULL,
    aaguid          BLOB NOT NULL,
    attested        BOOLEAN NOT NULL,
    hardware        BOOLEAN NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up       BOOLEAN NOT NULL,
    uv_initialized  BOOLEAN NOT NULL,
    transports      TEXT NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    used_at         TIMESTAMP
);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- The challenges of ceremonies that succeeded, by their hash, as long as they could be used again.
CREATE TABLE used_challenges (
    hash       BLOB PRIMARY KEY,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX used_challenges_expires ON used_challenges (expires_at);

-- +goose Down

DROP TABLE used_challenges;
DROP TABLE passkeys;

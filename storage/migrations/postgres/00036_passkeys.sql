-- +goose Up

-- The passkeys of users (W3C Web Authentication). Who reads them cannot sign in with them: the private keys are
-- in authenticators.
CREATE TABLE passkeys (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name            text NOT NULL,
    credential_id   bytea NOT NULL UNIQUE,
    public_key      bytea NOT NULL,
    user_handle     bytea NOT NULL,
    sign_count      bigint NOT NULL,
    aaguid          bytea NOT NULL,
    attested        boolean NOT NULL,
    hardware        boolean NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up       boolean NOT NULL,
    uv_initialized  boolean NOT NULL,
    transports      text NOT NULL,
    created_at      timestamptz NOT NULL,
    used_at         timestamptz
);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- The challenges of ceremonies that succeeded, by their hash, as long as they could be used again.
CREATE TABLE used_challenges (
    hash       bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_challenges_expires ON used_challenges (expires_at);

-- +goose Down

DROP TABLE used_challenges;
DROP TABLE passkeys;

-- +goose Up

-- The refresh token issued with the access token. next_id is the issuance that it was spent
-- for, and contains the time of that: after the grace period a second use ends the grant.
-- scopes and audience are NULL where the access token has those of its grant.
ALTER TABLE tokens ADD COLUMN rt_expires_at TIMESTAMP;
ALTER TABLE tokens ADD COLUMN next_id BLOB;
ALTER TABLE tokens ADD COLUMN rt_hash BLOB CHECK (length(rt_hash) = 33);
ALTER TABLE tokens ADD COLUMN scopes TEXT;
ALTER TABLE tokens ADD COLUMN audience TEXT;

ALTER TABLE clients ADD COLUMN refresh_token_rotation TEXT NOT NULL DEFAULT 'rotate';
-- Lifetimes in seconds; 0 means the provider's default.
ALTER TABLE clients ADD COLUMN refresh_token_idle INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN refresh_token_lifetime INTEGER NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN id_token_lifetime INTEGER NOT NULL DEFAULT 0;
-- The client's public keys, by value or by URL (private_key_jwt).
ALTER TABLE clients ADD COLUMN jwks TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN jwks_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN auth_signing_alg TEXT NOT NULL DEFAULT '';

-- Used client assertions, until they expire. The client chooses the jti, so its digest is
-- stored, which has a fixed size.
CREATE TABLE used_jtis (
    client_id  TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    jti        BLOB NOT NULL CHECK (length(jti) = 32),
    expires_at TIMESTAMP NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE INDEX used_jtis_expiry ON used_jtis (expires_at);

-- +goose Down
DROP TABLE used_jtis;
ALTER TABLE clients DROP COLUMN auth_signing_alg;
ALTER TABLE clients DROP COLUMN jwks_uri;
ALTER TABLE clients DROP COLUMN jwks;
ALTER TABLE clients DROP COLUMN id_token_lifetime;
ALTER TABLE clients DROP COLUMN refresh_token_lifetime;
ALTER TABLE clients DROP COLUMN refresh_token_idle;
ALTER TABLE clients DROP COLUMN refresh_token_rotation;
ALTER TABLE tokens DROP COLUMN audience;
ALTER TABLE tokens DROP COLUMN scopes;
ALTER TABLE tokens DROP COLUMN rt_hash;
ALTER TABLE tokens DROP COLUMN next_id;
ALTER TABLE tokens DROP COLUMN rt_expires_at;

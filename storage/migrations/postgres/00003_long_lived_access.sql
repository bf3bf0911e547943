-- +goose Up

-- A refresh token issued beside the access token. next_id is the issuance that it was spent
-- for, and the time in that id is when: after the grace period a second use ends the grant.
-- scopes and audience are NULL where the access token has those of its grant.
ALTER TABLE tokens ADD COLUMN rt_expires_at timestamptz;
ALTER TABLE tokens ADD COLUMN next_id uuid;
ALTER TABLE tokens ADD COLUMN rt_hash bytea CHECK (octet_length(rt_hash) = 33);
ALTER TABLE tokens ADD COLUMN scopes text;
ALTER TABLE tokens ADD COLUMN audience text;

ALTER TABLE clients ADD COLUMN refresh_token_rotation text NOT NULL DEFAULT 'rotate';
-- Lifetimes in seconds; 0 is the provider's.
ALTER TABLE clients ADD COLUMN refresh_token_idle bigint NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN refresh_token_lifetime bigint NOT NULL DEFAULT 0;
ALTER TABLE clients ADD COLUMN id_token_lifetime bigint NOT NULL DEFAULT 0;
-- The client's own keys, by value or by address (private_key_jwt).
ALTER TABLE clients ADD COLUMN jwks text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN jwks_uri text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN auth_signing_alg text NOT NULL DEFAULT '';

-- Client assertions that were used, until they would be refused anyway. The jti is the
-- client's to choose, so its digest stands here, which has a bound.
CREATE TABLE used_jtis (
    client_id  text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    jti        bytea NOT NULL CHECK (octet_length(jti) = 32),
    expires_at timestamptz NOT NULL,
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

-- +goose Up

-- The client must authenticate by auth_method; when this is false, a secret may be sent by
-- Basic or in the body. client_secret_basic was the default that clients did not choose.
ALTER TABLE clients ADD COLUMN auth_method_pinned BOOLEAN NOT NULL DEFAULT 0;
UPDATE clients SET auth_method_pinned = (auth_method = 'client_secret_post');
-- The audience of its assertions must be the issuer, and not the token endpoint.
ALTER TABLE clients ADD COLUMN assertion_issuer_only BOOLEAN NOT NULL DEFAULT 0;
-- The algorithm and the typ of JWT access tokens; empty means the provider's default.
ALTER TABLE clients ADD COLUMN access_token_alg TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN access_token_typ TEXT NOT NULL DEFAULT '';
-- ID tokens contain the claims that the granted scopes release.
ALTER TABLE clients ADD COLUMN id_token_claims BOOLEAN NOT NULL DEFAULT 0;
-- Redirect URIs may have a scheme without a dot, which any application can claim.
ALTER TABLE clients ADD COLUMN allow_undotted_scheme BOOLEAN NOT NULL DEFAULT 0;
-- Only named users may use the client; with none named, no user may.
ALTER TABLE clients ADD COLUMN restricted BOOLEAN NOT NULL DEFAULT 0;
UPDATE clients SET restricted = 1 WHERE id IN (SELECT client_id FROM client_users);

-- +goose Down

ALTER TABLE clients DROP COLUMN restricted;
ALTER TABLE clients DROP COLUMN allow_undotted_scheme;
ALTER TABLE clients DROP COLUMN id_token_claims;
ALTER TABLE clients DROP COLUMN access_token_typ;
ALTER TABLE clients DROP COLUMN access_token_alg;
ALTER TABLE clients DROP COLUMN assertion_issuer_only;
ALTER TABLE clients DROP COLUMN auth_method_pinned;

-- +goose Up

-- The client proves itself by auth_method and by no other; without it, a secret may be sent
-- by Basic or in the body. client_secret_basic was what nobody had to choose.
ALTER TABLE clients ADD COLUMN auth_method_pinned boolean NOT NULL DEFAULT false;
UPDATE clients SET auth_method_pinned = (auth_method = 'client_secret_post');
-- Its assertions must name the issuer as their audience, and not the token endpoint.
ALTER TABLE clients ADD COLUMN assertion_issuer_only boolean NOT NULL DEFAULT false;
-- How JWT access tokens are signed, and their typ; empty is the provider's choice.
ALTER TABLE clients ADD COLUMN access_token_alg text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN access_token_typ text NOT NULL DEFAULT '';
-- ID tokens carry what the granted scopes release.
ALTER TABLE clients ADD COLUMN id_token_claims boolean NOT NULL DEFAULT false;
-- Redirect URIs may have a scheme without a dot, which any other application can claim.
ALTER TABLE clients ADD COLUMN allow_undotted_scheme boolean NOT NULL DEFAULT false;
-- For named users only; none named is nobody.
ALTER TABLE clients ADD COLUMN restricted boolean NOT NULL DEFAULT false;
UPDATE clients SET restricted = true WHERE id IN (SELECT client_id FROM client_users);

-- +goose Down

ALTER TABLE clients DROP COLUMN restricted;
ALTER TABLE clients DROP COLUMN allow_undotted_scheme;
ALTER TABLE clients DROP COLUMN id_token_claims;
ALTER TABLE clients DROP COLUMN access_token_typ;
ALTER TABLE clients DROP COLUMN access_token_alg;
ALTER TABLE clients DROP COLUMN assertion_issuer_only;
ALTER TABLE clients DROP COLUMN auth_method_pinned;

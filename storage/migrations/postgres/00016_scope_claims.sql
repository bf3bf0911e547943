-- +goose Up

-- Descriptions by language, as a JSON object, and the claims that a scope of the operator's own
-- releases.
ALTER TABLE scopes ADD COLUMN descriptions text NOT NULL DEFAULT '';
ALTER TABLE scopes ADD COLUMN claims text NOT NULL DEFAULT '';
-- The consents for one client, by user.
CREATE INDEX user_consents_client_user ON user_consents (client_id, user_id);
DROP INDEX user_consents_client;

-- +goose Down

CREATE INDEX user_consents_client ON user_consents (client_id);
DROP INDEX user_consents_client_user;
ALTER TABLE scopes DROP COLUMN claims;
ALTER TABLE scopes DROP COLUMN descriptions;

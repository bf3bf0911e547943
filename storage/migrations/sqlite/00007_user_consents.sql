-- +goose Up

-- What was agreed to beside the scopes: claims that were asked for one by one, and the
-- resources that the access is for. Rows of before cover neither.
ALTER TABLE user_consents ADD COLUMN claims TEXT NOT NULL DEFAULT '';
ALTER TABLE user_consents ADD COLUMN audience TEXT NOT NULL DEFAULT '';
-- The claims of the grant were reduced to what the client may ask for, and the person agreed
-- to each. Without it they are the parameter as it came, which nobody was shown.
ALTER TABLE grants ADD COLUMN claims_agreed BOOLEAN NOT NULL DEFAULT false;

-- +goose Down

ALTER TABLE grants DROP COLUMN claims_agreed;
ALTER TABLE user_consents DROP COLUMN audience;
ALTER TABLE user_consents DROP COLUMN claims;

-- +goose Up

-- What was agreed to beside the scopes: claims requested individually, and the resources that
-- the access is for. Older rows cover neither.
ALTER TABLE user_consents ADD COLUMN claims text NOT NULL DEFAULT '';
ALTER TABLE user_consents ADD COLUMN audience text NOT NULL DEFAULT '';
-- The claims of the grant were reduced to those that the client may request, and the user
-- agreed to each. When this is false they are the claims parameter as received, which was not
-- shown to the user.
ALTER TABLE grants ADD COLUMN claims_agreed boolean NOT NULL DEFAULT false;

-- +goose Down

ALTER TABLE grants DROP COLUMN claims_agreed;
ALTER TABLE user_consents DROP COLUMN audience;
ALTER TABLE user_consents DROP COLUMN claims;

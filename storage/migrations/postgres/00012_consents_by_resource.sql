-- +goose Up

-- What was agreed to, by resource, as one JSON object. Where it is empty only the previous version
-- has written the row: what was agreed to is in scopes and claims, which that version still reads.
ALTER TABLE user_consents ADD COLUMN agreed TEXT NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE user_consents DROP COLUMN agreed;

-- +goose Up

-- What was agreed to, by resource, as one JSON object. An empty text means that a previous version
-- wrote the row: what was agreed to is in scopes, claims and audience, which that version still
-- reads.
ALTER TABLE user_consents ADD COLUMN agreed TEXT NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE user_consents DROP COLUMN agreed;

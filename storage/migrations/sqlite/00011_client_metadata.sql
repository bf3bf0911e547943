-- +goose Up

-- One JSON object with the properties of a registration that are never queried by. What was a
-- column before stays one, so that the version before runs on this schema.
ALTER TABLE clients ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';

-- +goose Down

ALTER TABLE clients DROP COLUMN metadata;

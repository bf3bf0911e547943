-- +goose Up

-- One JSON object with the properties of a registration that no query filters by. Existing
-- columns stay, so that the previous version runs on this schema.
ALTER TABLE clients ADD COLUMN metadata text NOT NULL DEFAULT '{}';

-- +goose Down

ALTER TABLE clients DROP COLUMN metadata;

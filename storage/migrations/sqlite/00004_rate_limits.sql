-- +goose Up

-- Requests a second; 0 is the provider's.
ALTER TABLE clients ADD COLUMN rate_limit INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE clients DROP COLUMN rate_limit;

-- +goose Up

-- Requests per second; 0 means the provider's default.
ALTER TABLE clients ADD COLUMN rate_limit INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE clients DROP COLUMN rate_limit;

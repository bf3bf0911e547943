-- +goose Up

-- Requests a second; 0 is the provider's.
ALTER TABLE clients ADD COLUMN rate_limit bigint NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE clients DROP COLUMN rate_limit;

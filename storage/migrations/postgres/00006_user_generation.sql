-- +goose Up

-- Rises when earlier authentication of a user becomes invalid. A session or a grant is only
-- inserted while the generation is the one that was read at authentication.
ALTER TABLE users ADD COLUMN generation bigint NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE users DROP COLUMN generation;

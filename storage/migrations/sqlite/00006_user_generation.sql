-- +goose Up

-- Rises when what was verified about a user before must not be relied on any more. A session
-- or a grant is inserted only while it is the one that was read with the proof.
ALTER TABLE users ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE users DROP COLUMN generation;

-- +goose Up

-- The browser keeps the session when it is closed: the one that takes its place, of a user who has given
-- another factor, is kept as well.
ALTER TABLE sessions ADD COLUMN kept BOOLEAN NOT NULL DEFAULT false;
-- How strongly users of a client must be authenticated (acr); empty: as they are.
ALTER TABLE clients ADD COLUMN required_acr TEXT NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE clients DROP COLUMN required_acr;
ALTER TABLE sessions DROP COLUMN kept;

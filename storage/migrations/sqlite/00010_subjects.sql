-- +goose Up

-- What applications know a user by: random, where the id tells when the account was made. NULL
-- stands for the id, which is what users had before. It never changes and is never used again.
ALTER TABLE users ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX users_subject ON users (subject);
-- The same here, so that a token can be described without reading its user.
ALTER TABLE grants ADD COLUMN subject TEXT;

-- +goose Down

ALTER TABLE grants DROP COLUMN subject;
DROP INDEX users_subject;
ALTER TABLE users DROP COLUMN subject;

-- +goose Up

-- The subject that applications know a user by. It is random, while the id contains the time
-- when the account was created. NULL means the id, which was the subject of older accounts. It
-- never changes and is never reused.
ALTER TABLE users ADD COLUMN subject text COLLATE "C";
CREATE UNIQUE INDEX users_subject ON users (subject);
-- The same subject, so that introspection need not read the user.
ALTER TABLE grants ADD COLUMN subject text;

-- +goose Down

ALTER TABLE grants DROP COLUMN subject;
DROP INDEX users_subject;
ALTER TABLE users DROP COLUMN subject;

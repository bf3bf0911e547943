-- +goose Up

-- What all user names that look the same have in common, and the user name that it was made of. NULL in
-- both: of a user who is stored by the previous version, until the server has made it, and for good of a
-- user whose name looks like that of another one whom this table had before. A change of the table of
-- characters sets skeleton_of to NULL, and all are made again.
ALTER TABLE users ADD COLUMN username_skeleton TEXT;
ALTER TABLE users ADD COLUMN skeleton_of TEXT;
-- Partial, so that Postgres does not take it for one that a foreign key may refer to: setting a
-- skeleton would then wait for everything that refers to the user.
CREATE UNIQUE INDEX users_skeleton ON users (username_skeleton) WHERE username_skeleton IS NOT NULL;
CREATE INDEX users_skeleton_due ON users (id) WHERE skeleton_of IS NULL OR skeleton_of <> username;

-- +goose Down

DROP INDEX users_skeleton_due;
DROP INDEX users_skeleton;
ALTER TABLE users DROP COLUMN skeleton_of;
ALTER TABLE users DROP COLUMN username_skeleton;

-- +goose Up

-- Which roles are in use: the lists of users are read one after the other, without the users.
CREATE INDEX users_role_lists ON users (roles) WHERE roles <> '';

-- +goose Down

DROP INDEX users_role_lists;

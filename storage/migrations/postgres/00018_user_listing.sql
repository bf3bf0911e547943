-- +goose Up

-- Users by role, and those who are disabled.
CREATE INDEX users_roles ON users USING gin (string_to_array(roles, ' ')) WHERE roles <> '';
CREATE INDEX users_disabled ON users (username) WHERE disabled;

-- +goose Down

DROP INDEX users_disabled;
DROP INDEX users_roles;

-- +goose Up

-- The roles that users had before 00050.
INSERT OR IGNORE INTO user_roles (role, user_id)
SELECT DISTINCT r.value, u.id FROM users u, json_each('[' || replace(json_quote(u.roles), ' ', '","') || ']') r WHERE u.roles <> '' AND r.value <> '';
DROP INDEX IF EXISTS users_role_lists;
DROP INDEX users_roles;

-- +goose Down

CREATE INDEX users_roles ON users (username) WHERE roles <> '';

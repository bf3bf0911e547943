-- +goose NO TRANSACTION
-- +goose Up

-- The roles that users had before 00050. People sign in and are changed meanwhile: a user is kept from being removed
-- alone, and what was changed after it was read is put right by the second statement.
INSERT INTO user_roles (role, user_id)
SELECT DISTINCT r.role, u.id FROM (SELECT id, roles FROM users WHERE roles <> '' FOR KEY SHARE) u
    CROSS JOIN LATERAL unnest(string_to_array(u.roles, ' ')) r (role) WHERE r.role <> ''
ON CONFLICT DO NOTHING;
DELETE FROM user_roles r USING users u WHERE u.id = r.user_id AND NOT string_to_array(u.roles, ' ') @> ARRAY[r.role];
DROP INDEX CONCURRENTLY IF EXISTS users_role_lists;
DROP INDEX CONCURRENTLY IF EXISTS users_roles;

-- +goose Down

CREATE INDEX CONCURRENTLY IF NOT EXISTS users_roles ON users USING gin (string_to_array(roles, ' ')) WHERE roles <> '';

-- +goose Up

-- This made an index of lists of roles, which Postgres refuses for a list of more than 2,704 bytes. 00050 has removed it.
SELECT 1;

-- +goose Down

DROP INDEX IF EXISTS users_role_lists;

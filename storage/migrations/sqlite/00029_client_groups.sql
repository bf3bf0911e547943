-- +goose Up

-- The roles whose users may use a client, beside those who are named; everyone stands for all users. A
-- client with a row is restricted: to the previous version, which knows named users only, as well.
CREATE TABLE client_groups (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    role      TEXT NOT NULL,
    PRIMARY KEY (client_id, role)
);
CREATE INDEX client_groups_role ON client_groups (role);
-- Rises when a group is taken from those who may use the client, for approvals in progress.
ALTER TABLE clients ADD COLUMN access_version INTEGER NOT NULL DEFAULT 0;

-- +goose Down

ALTER TABLE clients DROP COLUMN access_version;
DROP TABLE client_groups;

-- +goose Up

-- Clients by name. The case of ASCII letters does not matter.
CREATE INDEX clients_name ON clients (lower(name), id);

-- +goose Down

DROP INDEX clients_name;

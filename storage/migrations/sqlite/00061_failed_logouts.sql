-- +goose Up

-- The list of those that failed, of all clients.
CREATE INDEX logouts_failed ON logouts (id) WHERE state = 'failed';

-- +goose Down

DROP INDEX logouts_failed;

-- +goose Up

-- A change of this table waits for its readers, and all others wait behind it: better it fails, and is tried again.
SET LOCAL lock_timeout = '5s';

-- Of a client whose client_id is the URL of its metadata document: the digest of the document that the client is from,
-- when it was read, and until when it need not be read again. Such a client has no registration access token: its
-- token_hash is empty.
ALTER TABLE client_registrations ADD COLUMN document_hash bytea;
ALTER TABLE client_registrations ADD COLUMN document_read_at timestamptz;
ALTER TABLE client_registrations ADD COLUMN document_fresh_until timestamptz;

-- +goose Down

ALTER TABLE client_registrations DROP COLUMN document_fresh_until;
ALTER TABLE client_registrations DROP COLUMN document_read_at;
ALTER TABLE client_registrations DROP COLUMN document_hash;

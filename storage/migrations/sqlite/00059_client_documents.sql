-- +goose Up

-- Of a client whose client_id is the URL of its metadata document: the digest of the document that the client is from,
-- when it was read, and until when it need not be read again. Such a client has no registration access token: its
-- token_hash is empty.
ALTER TABLE client_registrations ADD COLUMN document_hash BLOB;
ALTER TABLE client_registrations ADD COLUMN document_read_at TIMESTAMP;
ALTER TABLE client_registrations ADD COLUMN document_fresh_until TIMESTAMP;

-- +goose Down

ALTER TABLE client_registrations DROP COLUMN document_fresh_until;
ALTER TABLE client_registrations DROP COLUMN document_read_at;
ALTER TABLE client_registrations DROP COLUMN document_hash;

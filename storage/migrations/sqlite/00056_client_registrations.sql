-- +goose Up

-- Who vouches for a client: empty for an operator's own, unverified or verified for one that registered itself.
ALTER TABLE clients ADD COLUMN trust TEXT NOT NULL DEFAULT '';
CREATE INDEX clients_trust ON clients (trust, lower(name), id);

-- Lets clients register themselves where that needs a token. Max_uses 0 is any number. Empty scopes, hosts and
-- audience are those of the settings. Clients that were made with it keep to it, so it stays when it has expired.
CREATE TABLE initial_access_tokens (
    id             BLOB NOT NULL PRIMARY KEY,
    hash           BLOB NOT NULL,
    label          TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    redirect_hosts TEXT NOT NULL,
    audience       TEXT NOT NULL,
    vouches        BOOLEAN NOT NULL,
    max_uses       INTEGER NOT NULL,
    used           INTEGER NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    expires_at     TIMESTAMP NOT NULL,
    revoked_at     TIMESTAMP
);

-- Of each client that registered itself: the hash of the token that manages the registration, and for a while that
-- of the one before. Due_at is when to see whether it is used; NULL: it stays in any case.
CREATE TABLE client_registrations (
    client_id        TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    token_hash       BLOB NOT NULL,
    previous_hash    BLOB,
    previous_until   TIMESTAMP,
    initial_token_id BLOB,
    created_at       TIMESTAMP NOT NULL,
    due_at           TIMESTAMP
);
CREATE INDEX client_registrations_due ON client_registrations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX client_registrations_new ON client_registrations (created_at) WHERE due_at IS NOT NULL;

-- +goose Down

DROP TABLE client_registrations;
DROP TABLE initial_access_tokens;
DROP INDEX clients_trust;
ALTER TABLE clients DROP COLUMN trust;

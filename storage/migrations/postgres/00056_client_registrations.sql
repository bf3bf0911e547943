-- +goose Up

-- A change of these tables waits for their readers, and all others wait behind it: better it fails, and is tried again.
SET LOCAL lock_timeout = '5s';

-- Who vouches for a client: empty for an operator's own, unverified or verified for one that registered itself.
ALTER TABLE clients ADD COLUMN trust text NOT NULL DEFAULT '';
CREATE INDEX clients_trust ON clients (trust, lower(name), id);

-- Lets clients register themselves where that needs a token. Max_uses 0 is any number. Empty scopes, hosts and
-- audience are those of the settings. Clients that were made with it keep to it, so it stays when it has expired.
CREATE TABLE initial_access_tokens (
    id             uuid PRIMARY KEY,
    hash           bytea NOT NULL,
    label          text NOT NULL,
    scopes         text NOT NULL,
    redirect_hosts text NOT NULL,
    audience       text NOT NULL,
    vouches        boolean NOT NULL,
    max_uses       integer NOT NULL,
    used           integer NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    revoked_at     timestamptz
);

-- Of each client that registered itself: the hash of the token that manages the registration, and for a while that
-- of the one before. Due_at is when to see whether it is used; NULL: it stays in any case.
CREATE TABLE client_registrations (
    client_id        text COLLATE "C" PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    token_hash       bytea NOT NULL,
    previous_hash    bytea,
    previous_until   timestamptz,
    initial_token_id uuid,
    created_at       timestamptz NOT NULL,
    due_at           timestamptz
);
CREATE INDEX client_registrations_due ON client_registrations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX client_registrations_new ON client_registrations (created_at) WHERE due_at IS NOT NULL;

-- +goose Down

DROP TABLE client_registrations;
DROP TABLE initial_access_tokens;
DROP INDEX clients_trust;
ALTER TABLE clients DROP COLUMN trust;

-- +goose Up

-- username and email are in canonical form, so that spellings of the same name conflict.
CREATE TABLE users (
    id             BLOB PRIMARY KEY,
    username       TEXT NOT NULL UNIQUE,
    password_hash  TEXT NOT NULL,
    email          TEXT UNIQUE,
    email_verified BOOLEAN NOT NULL,
    phone          TEXT NOT NULL,
    phone_verified BOOLEAN NOT NULL,
    profile        TEXT NOT NULL, -- JSON
    roles          TEXT NOT NULL,
    disabled       BOOLEAN NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL
);

-- Signed-in browsers.
CREATE TABLE sessions (
    id         BLOB PRIMARY KEY,
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash       BLOB NOT NULL CHECK (length(hash) = 33),
    auth_time  TIMESTAMP NOT NULL,
    methods    TEXT NOT NULL,
    seen_at    TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at   TIMESTAMP
);
CREATE INDEX sessions_user ON sessions (user_id);

-- Remembered consents of users for clients.
CREATE TABLE user_consents (
    user_id    BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes     TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, client_id)
);
CREATE INDEX user_consents_client ON user_consents (client_id);

-- The users who may use a client; every user may use a client without a row.
CREATE TABLE client_users (
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id   BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (client_id, user_id)
);
CREATE INDEX client_users_user ON client_users (user_id);

ALTER TABLE clients ADD COLUMN uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN logo_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN policy_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN tos_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '';

-- Without a foreign key here: SQLite could not drop the column again. Deleting a user ends
-- the grants in the same transaction, on both databases.
ALTER TABLE grants ADD COLUMN user_id BLOB;
ALTER TABLE grants ADD COLUMN session_id BLOB;
ALTER TABLE grants ADD COLUMN auth_time TIMESTAMP;
ALTER TABLE grants ADD COLUMN acr TEXT;
ALTER TABLE grants ADD COLUMN amr TEXT;
ALTER TABLE grants ADD COLUMN claims TEXT;
-- With offline_access a grant survives the end of the session.
ALTER TABLE grants ADD COLUMN offline BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX grants_session ON grants (session_id) WHERE session_id IS NOT NULL;

-- Authorization codes, with the values that the exchange must match. Spent codes are kept
-- for a while: a second use ends the grant (RFC 6749 section 4.1.2).
CREATE TABLE authorization_codes (
    id           BLOB PRIMARY KEY,
    grant_id     BLOB NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    expires_at   TIMESTAMP NOT NULL,
    used_at      TIMESTAMP,
    hash         BLOB NOT NULL CHECK (length(hash) = 33),
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    method       TEXT NOT NULL,
    nonce        TEXT NOT NULL
);
CREATE INDEX authorization_codes_grant ON authorization_codes (grant_id);

-- +goose Down
DROP TABLE authorization_codes;
DROP INDEX grants_session;
DROP INDEX grants_user;
ALTER TABLE grants DROP COLUMN offline;
ALTER TABLE grants DROP COLUMN claims;
ALTER TABLE grants DROP COLUMN amr;
ALTER TABLE grants DROP COLUMN acr;
ALTER TABLE grants DROP COLUMN auth_time;
ALTER TABLE grants DROP COLUMN session_id;
ALTER TABLE grants DROP COLUMN user_id;
ALTER TABLE clients DROP COLUMN post_logout_redirect_uris;
ALTER TABLE clients DROP COLUMN tos_uri;
ALTER TABLE clients DROP COLUMN policy_uri;
ALTER TABLE clients DROP COLUMN logo_uri;
ALTER TABLE clients DROP COLUMN uri;
DROP TABLE client_users;
DROP TABLE user_consents;
DROP TABLE sessions;
DROP TABLE users;

-- +goose Up

-- username and email are in canonical form, so that spellings of the same name conflict.
CREATE TABLE users (
    id             uuid PRIMARY KEY,
    username       text COLLATE "C" NOT NULL UNIQUE,
    password_hash  text NOT NULL,
    email          text COLLATE "C" UNIQUE,
    email_verified boolean NOT NULL,
    phone          text NOT NULL,
    phone_verified boolean NOT NULL,
    profile        text NOT NULL, -- JSON
    roles          text NOT NULL,
    disabled       boolean NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);

-- Signed-in browsers.
CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash       bytea NOT NULL CHECK (octet_length(hash) = 33),
    auth_time  timestamptz NOT NULL,
    methods    text NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX sessions_user ON sessions (user_id);

-- Remembered consents of users for clients.
CREATE TABLE user_consents (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes     text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, client_id)
);
CREATE INDEX user_consents_client ON user_consents (client_id);

-- The users who may use a client; every user may use a client without a row.
CREATE TABLE client_users (
    client_id text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id   uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (client_id, user_id)
);
CREATE INDEX client_users_user ON client_users (user_id);

ALTER TABLE clients ADD COLUMN uri text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN logo_uri text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN policy_uri text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN tos_uri text NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN post_logout_redirect_uris text NOT NULL DEFAULT '';

-- Without a foreign key, as on SQLite, which could not drop the column again: deleting a
-- user ends the grants in the same transaction.
ALTER TABLE grants ADD COLUMN user_id uuid;
ALTER TABLE grants ADD COLUMN session_id uuid;
ALTER TABLE grants ADD COLUMN auth_time timestamptz;
ALTER TABLE grants ADD COLUMN acr text;
ALTER TABLE grants ADD COLUMN amr text;
ALTER TABLE grants ADD COLUMN claims text;
-- With offline_access a grant survives the end of the session.
ALTER TABLE grants ADD COLUMN offline boolean NOT NULL DEFAULT false;
CREATE INDEX grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX grants_session ON grants (session_id) WHERE session_id IS NOT NULL;

-- Authorization codes, with the values that the exchange must match. Spent codes are kept
-- for a while: a second use ends the grant (RFC 6749 section 4.1.2).
CREATE TABLE authorization_codes (
    id           uuid PRIMARY KEY,
    grant_id     uuid NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    hash         bytea NOT NULL CHECK (octet_length(hash) = 33),
    redirect_uri text NOT NULL,
    challenge    text NOT NULL,
    method       text NOT NULL,
    nonce        text NOT NULL
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

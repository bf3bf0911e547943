-- +goose Up

-- Settings of the provider itself. catalogue_version rises with every change of what
-- processes cache: clients, scopes, signing keys.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO settings (name, value) VALUES ('catalogue_version', 1);

-- Data keys, each sealed with the operator's secret.
CREATE TABLE keyring (
    purpose    TEXT NOT NULL,
    key_id     INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    sealed_by  TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (purpose, key_id)
);

CREATE TABLE signing_keys (
    kid         TEXT PRIMARY KEY,
    algorithm   TEXT NOT NULL,
    sealed      BLOB NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    active_from TIMESTAMP NOT NULL,
    UNIQUE (algorithm, active_from)
);

-- Lists are words separated by spaces, as in a scope parameter.
CREATE TABLE clients (
    id                    TEXT PRIMARY KEY,
    name                  TEXT NOT NULL,
    type                  TEXT NOT NULL,
    auth_method           TEXT NOT NULL,
    grant_types           TEXT NOT NULL,
    redirect_uris         TEXT NOT NULL,
    scopes                TEXT NOT NULL,
    default_scopes        TEXT NOT NULL,
    audience              TEXT NOT NULL,
    token_format          TEXT NOT NULL,
    id_token_alg          TEXT NOT NULL,
    access_token_lifetime INTEGER NOT NULL, -- seconds; 0 means the provider's default
    require_pkce          BOOLEAN NOT NULL,
    allow_plain_pkce      BOOLEAN NOT NULL,
    first_party           BOOLEAN NOT NULL,
    may_introspect        BOOLEAN NOT NULL,
    disabled              BOOLEAN NOT NULL,
    created_at            TIMESTAMP NOT NULL,
    updated_at            TIMESTAMP NOT NULL
);

CREATE TABLE client_secrets (
    id         BLOB PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    hash       TEXT NOT NULL CHECK (hash <> ''),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- Web origins of public clients, which may call some endpoints from the browser (CORS).
CREATE TABLE client_origins (
    origin    TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX client_origins_client ON client_origins (client_id);

CREATE TABLE scopes (
    name        TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL
);

-- One row per authorization.
CREATE TABLE grants (
    id           BLOB PRIMARY KEY,
    client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes       TEXT NOT NULL,
    audience     TEXT NOT NULL,
    standing_key BLOB,
    created_at   TIMESTAMP NOT NULL,
    expires_at   TIMESTAMP,
    ended_at     TIMESTAMP
);
CREATE INDEX grants_client ON grants (client_id);
CREATE UNIQUE INDEX grants_standing ON grants (standing_key) WHERE standing_key IS NOT NULL AND ended_at IS NULL;

-- One row per issuance, and there are many: the table is its own index (WITHOUT ROWID),
-- ordered by time. There is no foreign key to grants, so that both databases follow the same
-- rules; the Postgres migration says why.
CREATE TABLE tokens (
    id            BLOB PRIMARY KEY,
    grant_id      BLOB NOT NULL,
    issued_at     TIMESTAMP NOT NULL,
    at_expires_at TIMESTAMP NOT NULL,
    revoked_at    TIMESTAMP,
    at_hash       BLOB NOT NULL CHECK (length(at_hash) = 33)
) WITHOUT ROWID;

-- Leases of jobs that one process at a time does.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TIMESTAMP NOT NULL
);

-- +goose Down
DROP TABLE leases;
DROP TABLE tokens;
DROP TABLE grants;
DROP TABLE scopes;
DROP TABLE client_origins;
DROP TABLE client_secrets;
DROP TABLE clients;
DROP TABLE signing_keys;
DROP TABLE keyring;
DROP TABLE settings;

-- +goose Up

-- Settings of the provider itself. catalogue_version rises with every change of what
-- processes cache: clients, scopes, signing keys.
CREATE TABLE settings (
    name  text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO settings (name, value) VALUES ('catalogue_version', 1);

-- Data keys, each sealed with the operator's secret.
CREATE TABLE keyring (
    purpose    text COLLATE "C" NOT NULL,
    key_id     smallint NOT NULL,
    sealed     bytea NOT NULL,
    sealed_by  text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (purpose, key_id)
);

CREATE TABLE signing_keys (
    kid         text COLLATE "C" PRIMARY KEY,
    algorithm   text NOT NULL,
    sealed      bytea NOT NULL,
    created_at  timestamptz NOT NULL,
    active_from timestamptz NOT NULL,
    UNIQUE (algorithm, active_from)
);

-- Lists are words separated by spaces, as in a scope parameter.
CREATE TABLE clients (
    id                    text COLLATE "C" PRIMARY KEY,
    name                  text NOT NULL,
    type                  text NOT NULL,
    auth_method           text NOT NULL,
    grant_types           text NOT NULL,
    redirect_uris         text NOT NULL,
    scopes                text NOT NULL,
    default_scopes        text NOT NULL,
    audience              text NOT NULL,
    token_format          text NOT NULL,
    id_token_alg          text NOT NULL,
    access_token_lifetime bigint NOT NULL, -- seconds; 0 means the provider's default
    require_pkce          boolean NOT NULL,
    allow_plain_pkce      boolean NOT NULL,
    first_party           boolean NOT NULL,
    may_introspect        boolean NOT NULL,
    disabled              boolean NOT NULL,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL
);

CREATE TABLE client_secrets (
    id         uuid PRIMARY KEY,
    client_id  text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    hash       text NOT NULL CHECK (hash <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX client_secrets_client ON client_secrets (client_id);

-- Web origins of public clients, which may call some endpoints from the browser (CORS).
CREATE TABLE client_origins (
    origin    text COLLATE "C" NOT NULL,
    client_id text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    PRIMARY KEY (origin, client_id)
);
CREATE INDEX client_origins_client ON client_origins (client_id);

CREATE TABLE scopes (
    name        text COLLATE "C" PRIMARY KEY,
    description text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- One row per authorization.
CREATE TABLE grants (
    id           uuid PRIMARY KEY,
    client_id    text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes       text NOT NULL,
    audience     text NOT NULL,
    standing_key bytea,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    ended_at     timestamptz
);
CREATE INDEX grants_client ON grants (client_id);
CREATE UNIQUE INDEX grants_standing ON grants (standing_key) WHERE standing_key IS NOT NULL AND ended_at IS NULL;

-- One row per issuance, and there are many: the columns are in the order with the least
-- padding, and the primary key, which is ordered by time, is the only index. There is no
-- foreign key to grants: checking it would lock the one row of a client's standing grant for
-- each of its tokens. INSERT ... SELECT FROM grants ensures the same, and a token whose grant
-- is deleted is inactive because of the join that reads it.
CREATE TABLE tokens (
    id            uuid PRIMARY KEY,
    grant_id      uuid NOT NULL,
    issued_at     timestamptz NOT NULL,
    at_expires_at timestamptz NOT NULL,
    revoked_at    timestamptz,
    at_hash       bytea NOT NULL CHECK (octet_length(at_hash) = 33)
);

-- Leases of jobs that one process at a time does.
CREATE TABLE leases (
    name   text COLLATE "C" PRIMARY KEY,
    holder text NOT NULL,
    until  timestamptz NOT NULL
);

-- +goose Down
DROP TABLE leases, tokens, grants, scopes, client_origins, client_secrets, clients, signing_keys, keyring, settings;

-- +goose Up

-- Refresh tokens that another server issued, by the digest of what is public of them: the signature.
-- What was authorized, and whether the token was used, is in grants and tokens as for any other token.
-- A row is kept until the token would have expired where it was issued, used or not: a repeated import
-- must not make a used token valid again.
CREATE TABLE imported_refresh_tokens (
    digest     BLOB PRIMARY KEY CHECK (length(digest) = 32),
    token_id   BLOB NOT NULL,
    expires_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX imported_refresh_tokens_expiry ON imported_refresh_tokens (expires_at);

-- The keys, sealed, by which these tokens are verified, while there are any.
CREATE TABLE imported_secrets (
    id           BLOB PRIMARY KEY,
    sealed       BLOB NOT NULL,
    needed_until TIMESTAMP NOT NULL
);

-- Public keys of another server, published until the last token that it signed has expired.
CREATE TABLE imported_signing_keys (
    kid        TEXT PRIMARY KEY,
    jwk        TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    gone_at    TIMESTAMP NOT NULL
);

-- +goose Down

DROP TABLE imported_signing_keys;
DROP TABLE imported_secrets;
DROP TABLE imported_refresh_tokens;

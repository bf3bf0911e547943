-- +goose Up

-- The kinds of second factors that a user has, separated by spaces, which the tables of factors tell: every
-- change of those makes it anew. It is here so that a sign-in does not read them.
ALTER TABLE users ADD COLUMN factors text COLLATE "C" NOT NULL DEFAULT '';
-- Until when the user may sign in without a factor that is demanded. NULL: it was not demanded yet.
ALTER TABLE users ADD COLUMN factors_due_at timestamptz;

-- The secrets of authenticator apps (RFC 6238). A code of last_step, or of one before, is not accepted again.
CREATE TABLE totp_factors (
    user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret     bytea NOT NULL, -- sealed
    key_id     smallint NOT NULL, -- of the data key that sealed it
    last_step  bigint NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE recovery_codes (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash       bytea NOT NULL, -- sealed; empty once the code was used
    key_id     smallint NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);
-- What older data keys sealed is found by these.
CREATE INDEX totp_factors_key ON totp_factors (key_id);
CREATE INDEX recovery_codes_key ON recovery_codes (key_id) WHERE used_at IS NULL;

-- +goose Down

DROP TABLE recovery_codes;
DROP TABLE totp_factors;
ALTER TABLE users DROP COLUMN factors_due_at;
ALTER TABLE users DROP COLUMN factors;

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
    last_step  bigint NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE recovery_codes (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash       bytea NOT NULL, -- sealed
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX recovery_codes_user ON recovery_codes (user_id);

-- +goose Down

DROP TABLE recovery_codes;
DROP TABLE totp_factors;
ALTER TABLE users DROP COLUMN factors_due_at;
ALTER TABLE users DROP COLUMN factors;

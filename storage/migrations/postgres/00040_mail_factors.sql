-- +goose Up

-- Users who have codes sent to their verified email address as a second factor. A server that does not offer that
-- passes them over.
CREATE TABLE mail_factors (
    user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

-- +goose Down

DROP TABLE mail_factors;

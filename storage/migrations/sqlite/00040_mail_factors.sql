-- +goose Up

-- Users who have codes sent to their verified email address as a second factor. A server that does not offer that
-- passes them over.
CREATE TABLE mail_factors (
    user_id    BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP
);

-- +goose Down

DROP TABLE mail_factors;

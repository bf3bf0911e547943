-- +goose Up

-- Codes by mail that a change ended which was not about them, such as an authenticator app that was added. They come
-- back with the undo of that change, and go when it cannot be undone any more.
CREATE TABLE ended_mail_factors (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    ended_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, created_at)
);
CREATE INDEX ended_mail_factors_ended_at ON ended_mail_factors (ended_at);

-- +goose Down

DROP TABLE ended_mail_factors;

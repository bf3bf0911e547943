-- +goose Up

-- Messages to people, written in the transaction of what they are about. There are no foreign keys:
-- what was sent to a user is kept for a week, also when the user is deleted.
CREATE TABLE outbox (
    id              BLOB PRIMARY KEY,
    channel         TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    -- The messages to an address, and to a user, are numbered: two requests that count the same messages
    -- cannot both add one.
    recipient_key   TEXT NOT NULL,
    recipient_no    INTEGER NOT NULL,
    user_id         BLOB,
    user_no         INTEGER,
    kind            TEXT NOT NULL,
    locale          TEXT NOT NULL,
    verification_id BLOB,
    data            TEXT NOT NULL,
    state           TEXT NOT NULL,
    tries           INTEGER NOT NULL,
    fault           TEXT NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    next_at         TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX outbox_recipient ON outbox (recipient_key, recipient_no);
CREATE UNIQUE INDEX outbox_user ON outbox (user_id, user_no) WHERE user_id IS NOT NULL;
CREATE INDEX outbox_due ON outbox (channel, next_at) WHERE state = 'waiting';

-- +goose Down

DROP TABLE outbox;

-- +goose Up

-- Messages to people, written in the transaction of what they are about. There are no foreign keys:
-- what was sent to a user is kept for a week, also when the user is deleted.
CREATE TABLE outbox (
    id              uuid PRIMARY KEY,
    channel         text NOT NULL,
    recipient       text NOT NULL,
    -- The messages to an address, and to a user, are numbered: two requests that count the same messages
    -- cannot both add one.
    recipient_key   text COLLATE "C" NOT NULL,
    recipient_no    bigint NOT NULL,
    user_id         uuid,
    user_no         bigint,
    kind            text NOT NULL,
    locale          text NOT NULL,
    verification_id uuid,
    data            text NOT NULL,
    state           text NOT NULL,
    tries           integer NOT NULL,
    fault           text NOT NULL,
    created_at      timestamptz NOT NULL,
    next_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX outbox_recipient ON outbox (recipient_key, recipient_no);
CREATE UNIQUE INDEX outbox_user ON outbox (user_id, user_no) WHERE user_id IS NOT NULL;
CREATE INDEX outbox_due ON outbox (channel, next_at) WHERE state = 'waiting';

-- +goose Down

DROP TABLE outbox;

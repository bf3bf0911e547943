-- +goose Up

-- When the account is to be deleted, by the wish of its user or of an administrator. NULL: it is to stay.
ALTER TABLE users ADD COLUMN delete_at TIMESTAMP;
CREATE INDEX users_delete_at ON users (delete_at) WHERE delete_at IS NOT NULL;

-- The pictures that users uploaded, as they are served. The id is random and all that their URL has.
CREATE TABLE pictures (
    user_id    BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    id         TEXT NOT NULL UNIQUE,
    media_type TEXT NOT NULL,
    body       BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- How often users signed in to a client, how often the client refreshed their tokens, when and from which
-- network the last sign-in was. Triggers fill it from what is written anyway: an approval inserts a grant, and a
-- refresh marks its token as spent or, where tokens are not rotated, extends it. Tokens of clients themselves
-- pass none of them.
CREATE TABLE client_uses (
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id    TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    sign_ins     INTEGER NOT NULL,
    refreshes    INTEGER NOT NULL,
    signed_in_at TIMESTAMP NOT NULL,
    address      TEXT,
    PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID;
CREATE INDEX client_uses_client ON client_uses (client_id);

-- +goose StatementBegin
CREATE TRIGGER grants_counted AFTER INSERT ON grants WHEN NEW.user_id IS NOT NULL BEGIN
    INSERT INTO client_uses (user_id, client_id, sign_ins, refreshes, signed_in_at, address)
    SELECT u.id, NEW.client_id, 1, 0, NEW.created_at, (SELECT COALESCE(s.seen_address, s.address) FROM sessions s WHERE s.id = NEW.session_id)
    FROM users u WHERE u.id = NEW.user_id
    ON CONFLICT (user_id, client_id) DO UPDATE SET sign_ins = client_uses.sign_ins + 1, signed_in_at = excluded.signed_in_at, address = COALESCE(excluded.address, client_uses.address);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tokens_spent AFTER UPDATE OF next_id ON tokens WHEN OLD.next_id IS NULL AND NEW.next_id IS NOT NULL BEGIN
    UPDATE client_uses SET refreshes = refreshes + 1
    WHERE (user_id, client_id) = (SELECT g.user_id, g.client_id FROM grants g WHERE g.id = NEW.grant_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tokens_extended AFTER UPDATE OF rt_expires_at ON tokens WHEN NEW.rt_expires_at > OLD.rt_expires_at BEGIN
    UPDATE client_uses SET refreshes = refreshes + 1
    WHERE (user_id, client_id) = (SELECT g.user_id, g.client_id FROM grants g WHERE g.id = NEW.grant_id);
END;
-- +goose StatementEnd

-- What is known of the time before.
INSERT INTO client_uses (user_id, client_id, sign_ins, refreshes, signed_in_at)
SELECT g.user_id, g.client_id, count(*), 0, max(g.created_at) FROM grants g JOIN users u ON u.id = g.user_id GROUP BY g.user_id, g.client_id;

-- +goose Down

DROP TRIGGER tokens_extended;
DROP TRIGGER tokens_spent;
DROP TRIGGER grants_counted;
DROP TABLE client_uses;
DROP TABLE pictures;
DROP INDEX users_delete_at;
ALTER TABLE users DROP COLUMN delete_at;

-- +goose Up

-- When the account is to be deleted, by the wish of its user or of an administrator. NULL: it is to stay.
ALTER TABLE users ADD COLUMN delete_at timestamptz;
CREATE INDEX users_delete_at ON users (delete_at) WHERE delete_at IS NOT NULL;

-- The pictures that users uploaded, as they are served. The id is random and all that their URL has.
CREATE TABLE pictures (
    user_id    uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    id         text COLLATE "C" NOT NULL UNIQUE,
    media_type text NOT NULL,
    body       bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- How often users signed in to a client, how often the client refreshed their tokens, when and from which
-- network the last sign-in was. Triggers fill it from what is written anyway: an approval inserts a grant, and a
-- refresh marks its token as spent or, where tokens are not rotated, extends it. Tokens of clients themselves
-- pass none of them.
CREATE TABLE client_uses (
    user_id      uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id    text COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    sign_ins     bigint NOT NULL,
    refreshes    bigint NOT NULL,
    signed_in_at timestamptz NOT NULL,
    address      text,
    PRIMARY KEY (user_id, client_id)
) WITH (fillfactor = 80); -- an update stays in its page, and touches no index
CREATE INDEX client_uses_client ON client_uses (client_id);

-- +goose StatementBegin
CREATE FUNCTION count_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO client_uses AS c (user_id, client_id, sign_ins, refreshes, signed_in_at, address)
    SELECT u.id, NEW.client_id, 1, 0, NEW.created_at, (SELECT COALESCE(s.seen_address, s.address) FROM sessions s WHERE s.id = NEW.session_id)
    FROM users u WHERE u.id = NEW.user_id
    ON CONFLICT (user_id, client_id) DO UPDATE SET sign_ins = c.sign_ins + 1, signed_in_at = excluded.signed_in_at, address = COALESCE(excluded.address, c.address);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER grants_counted AFTER INSERT ON grants FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION count_sign_in();

-- Only an update: a refresh that waited for the deletion of its user must not fail.
-- +goose StatementBegin
CREATE FUNCTION count_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE client_uses c SET refreshes = c.refreshes + 1 FROM grants g WHERE g.id = NEW.grant_id AND c.user_id = g.user_id AND c.client_id = g.client_id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER tokens_spent AFTER UPDATE OF next_id ON tokens FOR EACH ROW
    WHEN (OLD.next_id IS NULL AND NEW.next_id IS NOT NULL) EXECUTE FUNCTION count_refresh();
CREATE TRIGGER tokens_extended AFTER UPDATE OF rt_expires_at ON tokens FOR EACH ROW
    WHEN (NEW.rt_expires_at > OLD.rt_expires_at) EXECUTE FUNCTION count_refresh();

-- What is known of the time before.
INSERT INTO client_uses (user_id, client_id, sign_ins, refreshes, signed_in_at)
SELECT g.user_id, g.client_id, count(*), 0, max(g.created_at) FROM grants g JOIN users u ON u.id = g.user_id GROUP BY g.user_id, g.client_id;

-- +goose Down

DROP TRIGGER tokens_extended ON tokens;
DROP TRIGGER tokens_spent ON tokens;
DROP TRIGGER grants_counted ON grants;
DROP FUNCTION count_refresh();
DROP FUNCTION count_sign_in();
DROP TABLE client_uses;
DROP TABLE pictures;
DROP INDEX users_delete_at;
ALTER TABLE users DROP COLUMN delete_at;

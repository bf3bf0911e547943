-- +goose Up

-- The one address at which the first administrator of an installation is made. It ends for good when there is an
-- administrator, however that one came to be.
CREATE TABLE first_administrator (
    id         integer PRIMARY KEY CHECK (id = 1),
    token_hash bytea,
    expires_at timestamptz,
    ended      boolean NOT NULL
);
-- Who was deleted before may have been one.
INSERT INTO first_administrator (id, ended)
SELECT 1, EXISTS (SELECT 1 FROM users WHERE ' ' || roles || ' ' LIKE '% admin %') OR EXISTS (SELECT 1 FROM ended_subjects);

-- A trigger, so that no way to an administrator, nor that of the previous version, can forget it.
-- +goose StatementBegin
CREATE FUNCTION end_first_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE first_administrator SET ended = true, token_hash = NULL, expires_at = NULL WHERE NOT ended;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_administrator_made AFTER INSERT ON users FOR EACH ROW
    WHEN (' ' || NEW.roles || ' ' LIKE '% admin %') EXECUTE FUNCTION end_first_administrator();
CREATE TRIGGER users_administrator_named AFTER UPDATE OF roles ON users FOR EACH ROW
    WHEN (' ' || NEW.roles || ' ' LIKE '% admin %') EXECUTE FUNCTION end_first_administrator();

-- +goose Down

DROP TRIGGER users_administrator_named ON users;
DROP TRIGGER users_administrator_made ON users;
DROP FUNCTION end_first_administrator();
DROP TABLE first_administrator;

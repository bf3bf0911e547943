-- +goose Up

-- What was revoked, for resource servers that verify tokens themselves. Triggers fill it, so that no
-- way to revoke, nor that of the previous version, can forget it. The sequence is taken before the
-- commit: who reads must expect a lower one to appear later.
CREATE TABLE revocations (
    sequence   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revoked_at timestamptz NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    target     text COLLATE "C" NOT NULL
);
CREATE INDEX revocations_revoked ON revocations (revoked_at);

-- +goose StatementBegin
CREATE FUNCTION tell_revoked_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.revoked_at, 'token', NEW.id::text);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER tokens_revoked AFTER UPDATE OF revoked_at ON tokens FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION tell_revoked_token();

-- +goose StatementBegin
CREATE FUNCTION tell_ended_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.ended_at, 'grant', NEW.id::text);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER grants_ended AFTER UPDATE OF ended_at ON grants FOR EACH ROW
    WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION tell_ended_grant();

-- +goose StatementBegin
CREATE FUNCTION tell_disabled_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.updated_at, 'client', NEW.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER clients_disabled AFTER UPDATE OF disabled ON clients FOR EACH ROW
    WHEN (NEW.disabled AND NOT OLD.disabled) EXECUTE FUNCTION tell_disabled_client();

-- +goose StatementBegin
CREATE FUNCTION tell_deleted_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (now(), 'client', OLD.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER clients_deleted AFTER DELETE ON clients FOR EACH ROW EXECUTE FUNCTION tell_deleted_client();

-- +goose StatementBegin
CREATE FUNCTION tell_disabled_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.updated_at, 'user', COALESCE(NEW.subject, NEW.id::text));
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_disabled AFTER UPDATE OF disabled ON users FOR EACH ROW
    WHEN (NEW.disabled AND NOT OLD.disabled) EXECUTE FUNCTION tell_disabled_user();

-- +goose StatementBegin
CREATE FUNCTION tell_deleted_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (now(), 'user', COALESCE(OLD.subject, OLD.id::text));
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_gone AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION tell_deleted_user();

-- +goose Down
DROP TRIGGER users_gone ON users;
DROP TRIGGER users_disabled ON users;
DROP TRIGGER clients_deleted ON clients;
DROP TRIGGER clients_disabled ON clients;
DROP TRIGGER grants_ended ON grants;
DROP TRIGGER tokens_revoked ON tokens;
DROP FUNCTION tell_deleted_user();
DROP FUNCTION tell_disabled_user();
DROP FUNCTION tell_deleted_client();
DROP FUNCTION tell_disabled_client();
DROP FUNCTION tell_ended_grant();
DROP FUNCTION tell_revoked_token();
DROP TABLE revocations;

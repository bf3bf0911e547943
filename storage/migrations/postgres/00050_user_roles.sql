-- +goose Up

-- Who has which role, so that roles are found without reading users. Kept by triggers, so that the previous version of
-- the server keeps it, too. 00051 adds those who have roles already.
CREATE TABLE user_roles (
    role    text COLLATE "C" NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (role, user_id)
);
CREATE INDEX user_roles_user ON user_roles (user_id);
-- +goose StatementBegin
CREATE FUNCTION keep_user_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM user_roles WHERE user_id = NEW.id;
    END IF;
    INSERT INTO user_roles (role, user_id)
    SELECT DISTINCT r.role, NEW.id FROM unnest(string_to_array(NEW.roles, ' ')) r (role) WHERE r.role <> ''
    ON CONFLICT DO NOTHING; -- with what 00051 adds at the same time
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_roles_given AFTER INSERT ON users FOR EACH ROW WHEN (NEW.roles <> '') EXECUTE FUNCTION keep_user_roles();
CREATE TRIGGER users_roles_changed AFTER UPDATE OF roles ON users FOR EACH ROW WHEN (NEW.roles <> OLD.roles) EXECUTE FUNCTION keep_user_roles();

-- +goose Down

DROP TRIGGER users_roles_changed ON users;
DROP TRIGGER users_roles_given ON users;
DROP FUNCTION keep_user_roles();
DROP TABLE user_roles;

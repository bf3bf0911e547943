-- +goose Up

-- Who has which role, so that roles are found without reading users. Kept by triggers, so that the previous version of
-- the server keeps it, too. 00051 adds those who have roles already.
CREATE TABLE user_roles (
    role    TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (role, user_id)
) WITHOUT ROWID;
CREATE INDEX user_roles_user ON user_roles (user_id);
-- json_each splits a list at its spaces.
-- +goose StatementBegin
CREATE TRIGGER users_roles_given AFTER INSERT ON users WHEN NEW.roles <> '' BEGIN
    INSERT INTO user_roles (role, user_id)
    SELECT DISTINCT r.value, NEW.id FROM json_each('[' || replace(json_quote(NEW.roles), ' ', '","') || ']') r WHERE r.value <> '';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_roles_changed AFTER UPDATE OF roles ON users WHEN NEW.roles <> OLD.roles BEGIN
    DELETE FROM user_roles WHERE user_id = NEW.id;
    INSERT INTO user_roles (role, user_id)
    SELECT DISTINCT r.value, NEW.id FROM json_each('[' || replace(json_quote(NEW.roles), ' ', '","') || ']') r WHERE r.value <> '';
END;
-- +goose StatementEnd

-- +goose Down

DROP TRIGGER users_roles_changed;
DROP TRIGGER users_roles_given;
DROP TABLE user_roles;

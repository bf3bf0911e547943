-- +goose Up

-- The one address at which the first administrator of an installation is made. It ends for good when there is an
-- administrator, however that one came to be.
CREATE TABLE first_administrator (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    token_hash BLOB,
    expires_at TIMESTAMP,
    ended      BOOLEAN NOT NULL
);
-- Who was deleted before may have been one.
INSERT INTO first_administrator (id, ended)
SELECT 1, EXISTS (SELECT 1 FROM users WHERE ' ' || roles || ' ' LIKE '% admin %') OR EXISTS (SELECT 1 FROM ended_subjects);

-- Triggers, so that no way to an administrator, nor that of the previous version, can forget it.
-- +goose StatementBegin
CREATE TRIGGER users_administrator_made AFTER INSERT ON users WHEN ' ' || NEW.roles || ' ' LIKE '% admin %' BEGIN
    UPDATE first_administrator SET ended = TRUE, token_hash = NULL, expires_at = NULL WHERE NOT ended;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_administrator_named AFTER UPDATE OF roles ON users WHEN ' ' || NEW.roles || ' ' LIKE '% admin %' BEGIN
    UPDATE first_administrator SET ended = TRUE, token_hash = NULL, expires_at = NULL WHERE NOT ended;
END;
-- +goose StatementEnd

-- +goose Down

DROP TRIGGER users_administrator_named;
DROP TRIGGER users_administrator_made;
DROP TABLE first_administrator;

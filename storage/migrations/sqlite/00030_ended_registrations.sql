-- +goose Up

-- The previous version may delete a user, too, and does not know ended_subjects.
-- +goose StatementBegin
CREATE TRIGGER users_deleted AFTER DELETE ON users BEGIN
    INSERT INTO ended_subjects (subject)
    SELECT lower(substr(hex(OLD.id), 1, 8) || '-' || substr(hex(OLD.id), 9, 4) || '-' || substr(hex(OLD.id), 13, 4) || '-' || substr(hex(OLD.id), 17, 4) || '-' || substr(hex(OLD.id), 21))
    WHERE TRUE ON CONFLICT (subject) DO NOTHING;
    INSERT INTO ended_subjects (subject) SELECT OLD.subject WHERE OLD.subject IS NOT NULL ON CONFLICT (subject) DO NOTHING;
END;
-- +goose StatementEnd

-- +goose Down

DROP TRIGGER users_deleted;

-- +goose Up

-- The previous version may delete a user, too, and does not know ended_subjects.
-- +goose StatementBegin
CREATE FUNCTION end_subjects_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ended_subjects (subject) VALUES (OLD.id::text), (COALESCE(OLD.subject, OLD.id::text)) ON CONFLICT (subject) DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER users_deleted AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION end_subjects_of_user();

-- +goose Down

DROP TRIGGER users_deleted ON users;
DROP FUNCTION end_subjects_of_user();

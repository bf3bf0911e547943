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

-- The responses to a client go with it: a client that gets its id later is another one, even if it was
-- imported with the same time of registration. Before this they had no client.
ALTER TABLE idempotency_keys ADD COLUMN client_id text COLLATE "C" REFERENCES clients (id) ON DELETE CASCADE;
CREATE INDEX idempotency_keys_client ON idempotency_keys (client_id);

-- +goose Down

DROP INDEX idempotency_keys_client;
ALTER TABLE idempotency_keys DROP COLUMN client_id;
DROP TRIGGER users_deleted ON users;
DROP FUNCTION end_subjects_of_user();

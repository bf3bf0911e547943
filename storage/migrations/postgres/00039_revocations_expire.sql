-- +goose Up

-- Until when a revoked token would have been valid: readers of the feed need not remember it for longer.
-- NULL: of another kind, or from before this column.
ALTER TABLE revocations ADD COLUMN expires_at timestamptz;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tell_revoked_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target, expires_at) VALUES (NEW.revoked_at, 'token', NEW.id::text, NEW.at_expires_at);
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- Not when the transaction began, which may have waited for tokens of the client.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tell_deleted_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (clock_timestamp(), 'client', OLD.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tell_deleted_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (now(), 'client', OLD.id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION tell_revoked_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revocations (revoked_at, kind, target) VALUES (NEW.revoked_at, 'token', NEW.id::text);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
ALTER TABLE revocations DROP COLUMN expires_at;

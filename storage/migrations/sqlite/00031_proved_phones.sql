-- +goose Up

-- The phone number that the user has proved to control. No two users prove the same one, while an
-- administrator, or the previous version, may say the same of several: that is NULL here, and so is what
-- was proved before. What is not the verified number any more, which the previous version leaves here, does
-- not count.
ALTER TABLE users ADD COLUMN phone_proved TEXT;
CREATE UNIQUE INDEX users_phone_proved ON users (phone_proved) WHERE phone_proved = phone AND phone_verified;

-- +goose Down

DROP INDEX users_phone_proved;
ALTER TABLE users DROP COLUMN phone_proved;

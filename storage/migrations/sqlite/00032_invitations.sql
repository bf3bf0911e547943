-- +goose Up

-- One invitation of an address is open at a time.
CREATE UNIQUE INDEX verifications_invitation ON verifications (address) WHERE purpose = 'invitation';
-- They are listed by id.
CREATE INDEX verifications_invitations ON verifications (id) WHERE purpose = 'invitation';

-- +goose Down

DELETE FROM verifications WHERE purpose = 'invitation';
DROP INDEX verifications_invitations;
DROP INDEX verifications_invitation;

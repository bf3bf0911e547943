-- +goose Up

-- Through which client and request an act came, and how it ended.
ALTER TABLE audit_logs ADD COLUMN actor_client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_logs ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_logs ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_logs ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_logs ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
-- Rows are appended, and sealed once: sequence and hash make them a hash chain. The id is ordered by the
-- time of the act, the sequence by when the row was sealed.
ALTER TABLE audit_logs ADD COLUMN sequence INTEGER;
ALTER TABLE audit_logs ADD COLUMN hash BLOB;
CREATE UNIQUE INDEX audit_logs_sequence ON audit_logs (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX audit_logs_unsealed ON audit_logs (id) WHERE sequence IS NULL;

-- Signed values of the chain. Records up to one that is marked as the beginning were removed because
-- they were old enough.
CREATE TABLE audit_checkpoints (
    sequence  INTEGER PRIMARY KEY,
    hash      BLOB NOT NULL,
    signed_at TIMESTAMP NOT NULL,
    beginning BOOLEAN NOT NULL,
    key_id    TEXT NOT NULL,
    signature BLOB NOT NULL
);
CREATE INDEX audit_checkpoints_beginning ON audit_checkpoints (sequence) WHERE beginning;

-- The keys that sign checkpoints, sealed. The one with the highest number signs; the number makes
-- servers that start at once agree on the first.
CREATE TABLE audit_keys (
    number     INTEGER PRIMARY KEY,
    key_id     TEXT NOT NULL UNIQUE,
    sealed     BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- +goose Down

DROP TABLE audit_keys;
DROP TABLE audit_checkpoints;
DROP INDEX audit_logs_unsealed;
DROP INDEX audit_logs_sequence;
ALTER TABLE audit_logs DROP COLUMN hash;
ALTER TABLE audit_logs DROP COLUMN sequence;
ALTER TABLE audit_logs DROP COLUMN outcome;
ALTER TABLE audit_logs DROP COLUMN request_id;
ALTER TABLE audit_logs DROP COLUMN user_agent;
ALTER TABLE audit_logs DROP COLUMN address;
ALTER TABLE audit_logs DROP COLUMN actor_client_id;

-- +goose Up

-- Every signing key that ever existed: one that was removed or withdrawn cannot be imported
-- again. removed_at is when its private part was deleted, withdrawn_at when it was withdrawn,
-- after which none of its signatures is valid.
CREATE TABLE known_signing_keys (
    kid          TEXT NOT NULL PRIMARY KEY,
    algorithm    TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    removed_at   TIMESTAMP,
    withdrawn_at TIMESTAMP
) WITHOUT ROWID;
INSERT INTO known_signing_keys (kid, algorithm, created_at) SELECT kid, algorithm, created_at FROM signing_keys;

-- +goose Down
DROP TABLE known_signing_keys;

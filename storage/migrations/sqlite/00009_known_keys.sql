-- +goose Up

-- Every signing key there ever was: one that was removed or withdrawn does not come back by
-- being imported again. removed_at is when its private part was forgotten, withdrawn_at when
-- it was taken back, so that nothing that it signed is good any more.
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

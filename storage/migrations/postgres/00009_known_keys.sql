-- +goose Up

-- Every signing key that ever existed: one that was removed or withdrawn cannot be imported
-- again. removed_at is when its private part was deleted, withdrawn_at when it was withdrawn,
-- after which none of its signatures is valid.
CREATE TABLE known_signing_keys (
    kid          text COLLATE "C" PRIMARY KEY,
    algorithm    text NOT NULL,
    created_at   timestamptz NOT NULL,
    removed_at   timestamptz,
    withdrawn_at timestamptz
);
INSERT INTO known_signing_keys (kid, algorithm, created_at) SELECT kid, algorithm, created_at FROM signing_keys;

-- +goose Down
DROP TABLE known_signing_keys;

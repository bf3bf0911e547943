-- +goose Up

-- How often something happened in an hour, for the console. Hours are counted since 1970 (UTC).
CREATE TABLE statistics (
    hour   INTEGER NOT NULL,
    series TEXT    NOT NULL,
    label  TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (hour, series, label)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE statistics;

-- +goose Up

-- How often something happened to a client in an hour, for its page of the console. Those of the series "uncounted" have
-- no client. A client that is deleted leaves rows that were counted at that moment, so it is not referenced.
CREATE TABLE client_statistics (
    client_id TEXT    NOT NULL,
    hour      INTEGER NOT NULL,
    series    TEXT    NOT NULL,
    label     TEXT    NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (client_id, hour, series, label)
) WITHOUT ROWID;
CREATE INDEX client_statistics_hour ON client_statistics (hour);

-- +goose Down
DROP TABLE client_statistics;

-- +goose Up

-- How often something happened in an hour, for the console. Hours are counted since 1970 (UTC).
CREATE TABLE statistics (
    hour   bigint NOT NULL,
    series text   NOT NULL,
    label  text   NOT NULL,
    count  bigint NOT NULL,
    PRIMARY KEY (hour, series, label)
);

-- +goose Down
DROP TABLE statistics;

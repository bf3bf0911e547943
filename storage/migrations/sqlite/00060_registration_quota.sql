-- +goose Up

-- Which clients changed by themselves: each change raises client_version, and takes the next of a fixed number of slots, so
-- that other processes learn which clients to read again. Of what changes by an operator's act they read all again.
INSERT INTO settings (name, value) VALUES ('client_version', 0);
CREATE TABLE client_changes (
    slot      INTEGER NOT NULL PRIMARY KEY,
    version   INTEGER NOT NULL,
    client_id TEXT NOT NULL
);
CREATE INDEX client_changes_version ON client_changes (version);

-- How many clients registered without a token in an hour since 1970, by where they did: an address, its network, or anywhere
-- (empty). It counts those, too, that were removed since.
CREATE TABLE registration_counts (
    origin TEXT NOT NULL,
    hour   INTEGER NOT NULL,
    made   INTEGER NOT NULL,
    PRIMARY KEY (origin, hour)
);
CREATE INDEX registration_counts_hour ON registration_counts (hour);
-- By it they were counted before.
DROP INDEX client_registrations_new;

-- +goose Down

CREATE INDEX client_registrations_new ON client_registrations (created_at) WHERE due_at IS NOT NULL;
DROP TABLE registration_counts;
DROP TABLE client_changes;
DELETE FROM settings WHERE name = 'client_version';

// Package hydradb reads the database of Ory Hydra 2, SQLite or Postgres, in one read-only transaction:
// everything that is read is of one instant, and nothing is changed there.
package hydradb

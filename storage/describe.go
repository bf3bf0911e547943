package storage

import (
	"net"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// ValidPostgresURL tells whether a URL can be used to connect to Postgres: it is well-formed, and
// the files that it names can be read.
func ValidPostgresURL(address string) bool {
	_, err := pgx.ParseConfig(address)
	return err == nil
}

// Describe names the database of a URL, without its password.
func Describe(address string) string {
	if path, err := SQLitePath(address); err == nil && path != "" {
		return "SQLite, " + path
	}
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return "a malformed URL"
	}
	return "Postgres, " + c.Database + " on " + net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) + " as " + c.User
}

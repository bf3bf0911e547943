package storage

import (
	"net"
	"strconv"

	"github.com/jackc/pgx/v5"
)

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

package storage

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
)

const sqliteScheme = "sqlite://"

// SQLiteURL is the URL of a database file. A ? ends the path in a URL, a # does not, and % precedes
// two hexadecimal digits; these characters in the path are escaped.
func SQLiteURL(path string) string {
	return sqliteScheme + strings.NewReplacer("%", "%25", "?", "%3F").Replace(path)
}

// SQLitePath is the path of a database URL, or empty for another kind of URL.
func SQLitePath(address string) (string, error) {
	if !strings.HasPrefix(address, sqliteScheme) {
		return "", nil
	}
	path, _, err := parseSQLiteURL(address)
	return path, err
}

func parseSQLiteURL(address string) (path string, options url.Values, err error) {
	escaped, query, _ := strings.Cut(strings.TrimPrefix(address, sqliteScheme), "?")
	path, err = url.PathUnescape(escaped)
	if err != nil || path == "" {
		return "", nil, errors.New("storage: the SQLite URL must be sqlite://PATH, with %3F for a ? in the path and %25 for a %")
	}
	if options, err = url.ParseQuery(query); err != nil {
		return "", nil, errors.New("storage: what follows the ? of the SQLite URL is malformed")
	}
	return path, options, nil
}

// privateFile creates the file with access for its owner only: SQLite would leave that to the
// umask. SQLite gives the files that it creates beside it the same mode.
func privateFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

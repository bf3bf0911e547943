package storage

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/gatehouse-id/gatehouse/provider"
)

// rowID is a provider.ID in a column: uuid in Postgres, 16 bytes in SQLite.
type rowID provider.ID

// Value is part of driver.Valuer.
func (id rowID) Value() (driver.Value, error) { return id[:], nil }

// UUIDValue tells pgx the type. Where statements are not prepared (behind a pooler in transaction
// mode) the server does not report the expected types.
func (id rowID) UUIDValue() (pgtype.UUID, error) { return pgtype.UUID{Bytes: id, Valid: true}, nil }

// Scan is part of sql.Scanner.
func (id *rowID) Scan(source any) error {
	switch v := source.(type) {
	case []byte:
		if len(v) == len(id) {
			copy(id[:], v)
			return nil
		}
		return id.Scan(string(v))
	case string:
		parsed, err := provider.ParseID(v)
		*id = rowID(parsed)
		return err
	default:
		return fmt.Errorf("storage: %T is not an id", source)
	}
}

// list is a set of words in one column, separated by spaces: no scope, audience, grant type or URI
// contains one.
type list []string

// Value is part of driver.Valuer.
func (l list) Value() (driver.Value, error) { return strings.Join(l, " "), nil }

// Scan is part of sql.Scanner.
func (l *list) Scan(source any) error {
	switch v := source.(type) {
	case string:
		*l = strings.Fields(v)
	case []byte:
		*l = strings.Fields(string(v))
	default:
		return fmt.Errorf("storage: %T is not a list", source)
	}
	return nil
}

// utc converts to UTC: Postgres returns times in the zone of the process.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// optionalID is an id, or NULL for the zero one.
type optionalID provider.ID

// Value is part of driver.Valuer.
func (id optionalID) Value() (driver.Value, error) {
	if provider.ID(id).IsZero() {
		return nil, nil //nolint:nilnil // NULL
	}
	return id[:], nil
}

// UUIDValue tells pgx the type.
func (id optionalID) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id, Valid: !provider.ID(id).IsZero()}, nil
}

// Scan is part of sql.Scanner.
func (id *optionalID) Scan(source any) error {
	if source == nil {
		*id = optionalID{}
		return nil
	}
	return (*rowID)(id).Scan(source)
}

// optionalText is a text, or NULL for the empty one.
type optionalText string

// Value is part of driver.Valuer.
func (t optionalText) Value() (driver.Value, error) {
	if t == "" {
		return nil, nil //nolint:nilnil // NULL
	}
	return string(t), nil
}

// Scan is part of sql.Scanner.
func (t *optionalText) Scan(source any) error {
	switch v := source.(type) {
	case nil:
		*t = ""
	case string:
		*t = optionalText(v)
	case []byte:
		*t = optionalText(v)
	default:
		return fmt.Errorf("storage: %T is not a text", source)
	}
	return nil
}

// optionalList is a list, or NULL for nil: an empty list is one that was narrowed to nothing.
type optionalList []string

// Value is part of driver.Valuer.
func (l optionalList) Value() (driver.Value, error) {
	if l == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	return list(l).Value()
}

// Scan is part of sql.Scanner.
func (l *optionalList) Scan(source any) error {
	if source == nil {
		*l = nil
		return nil
	}
	return (*list)(l).Scan(source)
}

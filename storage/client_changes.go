package storage

import (
	"context"
	"strings"
)

// changesKept is how many changes of clients are known one by one. Who has missed more reads all clients again.
const changesKept = 1024

// Versions are a number that rises with every change of cached data, and one that does with every client that changes by
// itself, in one statement.
func (s *Store) Versions(ctx context.Context) (catalogue, clients int64, err error) {
	err = s.row(ctx, `SELECT (SELECT value FROM settings WHERE name = 'catalogue_version'), (SELECT value FROM settings WHERE name = 'client_version')`).
		Scan(&catalogue, &clients)
	return catalogue, clients, s.fault(err)
}

// ChangedClients returns the ids of the clients whose changes are after a version, up to and with another; with an id for
// each of them, unless some are not known any more.
func (s *Store) ChangedClients(ctx context.Context, after, upTo int64) ([]string, error) {
	var ids []string
	err := s.on(ctx).Raw("SELECT client_id FROM client_changes WHERE version > ? AND version <= ?", after, upTo).Scan(&ids).Error
	return ids, s.fault(err)
}

// changeClients changes clients, and raises the version by one for each. The row of the version is locked until the
// transaction ends, so that whoever has read a version finds all changes up to it.
func (s *Store) changeClients(ctx context.Context, ids []string, change func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		var version int64
		if err := s.row(ctx, "UPDATE settings SET value = value + ? WHERE name = 'client_version' RETURNING value", len(ids)).Scan(&version); err != nil {
			return s.fault(err)
		}
		first := version - int64(len(ids))
		if len(ids) > changesKept {
			first, ids = version-changesKept, ids[len(ids)-changesKept:]
		}
		args := make([]any, 0, 3*len(ids))
		for i, id := range ids {
			v := first + int64(i) + 1
			args = append(args, v%changesKept, v, id)
		}
		return s.exec(ctx, "INSERT INTO client_changes (slot, version, client_id) VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", len(ids)), ", ")+
			" ON CONFLICT (slot) DO UPDATE SET version = excluded.version, client_id = excluded.client_id", args...)
	})
}

package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// OtherAdministrator is part of account.Store. The row of the first administrator, which changes once in the life of an
// installation, is written as it is, as nothing else is common to all administrators: transactions that ask wait for one
// another there, and under stricter isolation one begins again.
func (s *Store) OtherAdministrator(ctx context.Context, id provider.ID) (found bool, err error) {
	if err := s.exec(ctx, "UPDATE first_administrator SET ended = ended"); err != nil {
		return false, err
	}
	other := "roles <> '' AND " + s.dialect.contains("roles") + " AND id <> ? AND NOT disabled AND delete_at IS NULL"
	err = s.fault(s.row(ctx, "SELECT EXISTS (SELECT 1 FROM users WHERE "+other+")", account.RoleAdmin, rowID(id)).Scan(&found))
	return found, err
}

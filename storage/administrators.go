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
	const other = `SELECT EXISTS (SELECT 1 FROM user_roles r JOIN users u ON u.id = r.user_id
		WHERE r.role = ? AND u.id <> ? AND NOT u.disabled AND u.delete_at IS NULL)`
	err = s.fault(s.row(ctx, other, account.RoleAdmin, rowID(id)).Scan(&found))
	return found, err
}

package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// UsersAlike reads the users who have one of the properties. Each column is looked up on its own: each
// has an index.
func (s *Store) UsersAlike(ctx context.Context, a account.Alike) ([]*account.User, error) {
	ids := make([]rowID, len(a.IDs))
	for i, id := range a.IDs {
		ids[i] = rowID(id)
	}
	found := map[provider.ID]*account.User{}
	for _, lookup := range []struct {
		where  string
		values any
		any    bool
	}{
		{"id IN ?", ids, len(ids) > 0},
		{"username IN ?", a.Usernames, len(a.Usernames) > 0},
		{"username_skeleton IN ?", a.Skeletons, len(a.Skeletons) > 0},
		{"email IN ?", a.Emails, len(a.Emails) > 0},
		{"subject IN ?", a.Subjects, len(a.Subjects) > 0},
	} {
		if !lookup.any {
			continue
		}
		var rows []userRow
		if err := s.on(ctx).Where(lookup.where, lookup.values).Find(&rows).Error; err != nil {
			return nil, s.fault(err)
		}
		for _, row := range rows {
			u, err := s.userOf(&row)
			if err != nil {
				return nil, err
			}
			found[u.ID] = u
		}
	}
	users := make([]*account.User, 0, len(found))
	for _, u := range found {
		users = append(users, u)
	}
	return users, nil
}

// CreateUsers stores users in one statement.
func (s *Store) CreateUsers(ctx context.Context, users []*account.User) error {
	rows := make([]*userRow, len(users))
	for i, u := range users {
		row, err := userRowOf(u)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	return s.fault(s.on(ctx).Create(rows).Error)
}

// UpgradePassword replaces the hash of a password by another hash of it, and returns provider.ErrStale
// if it is not the given one any more. The generation stays: sessions and grants go on.
func (s *Store) UpgradePassword(ctx context.Context, id provider.ID, before, after string) error {
	n, err := s.count(ctx, "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", after, rowID(id), before)
	if err == nil && n == 0 {
		return provider.ErrStale
	}
	return err
}

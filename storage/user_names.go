package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Usernames are the user names of users by their ids. Those who do not exist are left out.
func (s *Store) Usernames(ctx context.Context, ids []provider.ID) (map[provider.ID]string, error) {
	names := map[provider.ID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	keys := make([]rowID, len(ids))
	for i, id := range ids {
		keys[i] = rowID(id)
	}
	var rows []struct {
		ID       rowID
		Username string
	}
	if err := s.on(ctx).Raw("SELECT id, username FROM users WHERE id IN ?", keys).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	for _, r := range rows {
		names[provider.ID(r.ID)] = r.Username
	}
	return names, nil
}

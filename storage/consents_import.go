package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Registered returns those of the clients that are registered.
func (s *Store) Registered(ctx context.Context, clients []string) (map[string]bool, error) {
	var found []string
	if err := s.on(ctx).Table("clients").Where("id IN ?", clients).Pluck("id", &found).Error; err != nil {
		return nil, s.fault(err)
	}
	registered := make(map[string]bool, len(found))
	for _, id := range found {
		registered[id] = true
	}
	return registered, nil
}

// UserIDs returns the ids of those of the users who exist, by subject.
func (s *Store) UserIDs(ctx context.Context, subjects []string) (map[string]provider.ID, error) {
	found := map[string]provider.ID{}
	for from := 0; from < len(subjects); from += rowsAtOnce {
		some := subjects[from:min(from+rowsAtOnce, len(subjects))]
		var rows []struct {
			ID      rowID
			Subject string
		}
		if err := s.on(ctx).Table("users").Select("id, subject").Where("subject IN ?", some).Find(&rows).Error; err != nil {
			return nil, s.fault(err)
		}
		for _, r := range rows {
			found[r.Subject] = provider.ID(r.ID)
		}
		var ids []rowID
		for _, subject := range some {
			if id, err := provider.ParseID(subject); err == nil { // the subject of older accounts
				ids = append(ids, rowID(id))
			}
		}
		if len(ids) == 0 {
			continue
		}
		var older []rowID
		if err := s.on(ctx).Table("users").Where("subject IS NULL AND id IN ?", ids).Pluck("id", &older).Error; err != nil {
			return nil, s.fault(err)
		}
		for _, id := range older {
			found[provider.ID(id).String()] = provider.ID(id)
		}
	}
	return found, nil
}

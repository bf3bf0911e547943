package storage

import (
	"context"
	"strings"
)

// CountRegistration is part of registration.Store.
func (s *Store) CountRegistration(ctx context.Context, origins []string, hour int64) error {
	args := make([]any, 0, 2*len(origins))
	for _, origin := range origins {
		args = append(args, origin, hour)
	}
	return s.exec(ctx, "INSERT INTO registration_counts (origin, hour, made) VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?, 1), ", len(origins)), ", ")+
		" ON CONFLICT (origin, hour) DO UPDATE SET made = registration_counts.made + 1", args...)
}

// RegistrationCounts is part of registration.Store.
func (s *Store) RegistrationCounts(ctx context.Context, origins []string, since int64) (map[string]int, error) {
	var rows []struct {
		Origin string
		Made   int
	}
	err := s.on(ctx).Raw("SELECT origin, sum(made) AS made FROM registration_counts WHERE origin IN ? AND hour > ? GROUP BY origin", origins, since).Scan(&rows).Error
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Origin] = r.Made
	}
	return counts, s.fault(err)
}

package keys

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Ahead is how long a key is published before it signs, unless somebody says otherwise:
// longer than any cache may hold the key set, so that whoever sees the first signature has
// the key already.
const Ahead = time.Hour

// Schedule rotates keys by age. One replica at a time runs it.
type Schedule struct {
	manager      *Manager
	every, ahead time.Duration
	algorithms   []Algorithm
}

// NewSchedule makes a Schedule by which a key signs for every, and is published ahead of
// that. Each of the algorithms has a key, whatever happened to it.
func NewSchedule(m *Manager, every, ahead time.Duration, algorithms ...Algorithm) *Schedule {
	return &Schedule{manager: m, every: every, ahead: ahead, algorithms: algorithms}
}

// Rotate publishes a successor for each algorithm whose newest key will have signed long
// enough when the successor takes over. Called at any time and by whomever, it rotates once:
// a key that is pending already is the newest.
func (s *Schedule) Rotate(ctx context.Context) error {
	if err := s.manager.Ensure(ctx, s.algorithms...); err != nil {
		return err
	}
	if err := s.manager.Refresh(ctx); err != nil {
		return err
	}
	now := s.manager.clock.Now(ctx)
	newest := map[Algorithm]time.Time{}
	for _, k := range s.manager.current.Load().keys { // the latest to sign comes last
		newest[k.Algorithm] = k.SignsSince()
	}
	for alg, since := range newest {
		if now.Add(s.ahead).Before(since.Add(s.every)) {
			continue
		}
		if _, err := s.manager.Rotate(ctx, alg, now.Add(s.ahead)); err != nil && !errors.Is(err, provider.ErrConflict) {
			return err
		}
	}
	return nil
}

// SignsSince is when the key began to sign, or will: the first key of an algorithm is active
// from the beginning of time.
func (k Key) SignsSince() time.Time {
	if k.ActiveFrom.Before(k.CreatedAt) {
		return k.CreatedAt
	}
	return k.ActiveFrom
}

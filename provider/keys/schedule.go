package keys

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Ahead is the default time between publishing a key and signing with it: longer than any cache
// may keep the key set, so that clients have the key before the first signature arrives.
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

// Rotate publishes a successor for each algorithm whose newest key will have signed long enough
// when the successor takes over. Repeated and concurrent calls rotate once: a pending key counts
// as the newest.
func (s *Schedule) Rotate(ctx context.Context) error {
	actor := audit.BackgroundJob("key-rotation")
	if err := s.manager.Ensure(ctx, actor, s.algorithms...); err != nil {
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
		if !s.manager.offers(alg) {
			continue
		}
		if now.Add(s.ahead).Before(since.Add(s.every)) {
			continue
		}
		if _, err := s.manager.Rotate(ctx, actor, alg, now.Add(s.ahead)); err != nil && !errors.Is(err, provider.ErrConflict) {
			return err
		}
	}
	return nil
}

// Next is when the successor of an algorithm's newest key takes over, if Rotate runs at all times.
func (s *Schedule) Next(newest Key, now time.Time) time.Time {
	due := newest.SignsSince().Add(s.every)
	if soonest := now.Add(s.ahead); due.Before(soonest) {
		return soonest
	}
	return due
}

// SignsSince is when the key began to sign, or will: ActiveFrom of the first key is not a real
// date, so its creation time counts.
func (k Key) SignsSince() time.Time {
	if k.ActiveFrom.Before(k.CreatedAt) {
		return k.CreatedAt
	}
	return k.ActiveFrom
}

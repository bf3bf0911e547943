package playground

import (
	"crypto/sha256"
	"sync"
	"time"
)

// The bounds of what is kept: of so many attempts, each with one answer a step, and for so long after the
// last step.
const (
	maxAttempts = 64
	maxAge      = time.Hour
)

// attempts are what browsers have tried, by browser and flow.
type attempts struct {
	mu  sync.Mutex
	all map[attemptKey]keptAttempt
}

type attemptKey struct {
	browser [sha256.Size]byte
	flow    string
}

type keptAttempt struct {
	attempt

	usedAt time.Time
}

func newAttempts() *attempts { return &attempts{all: map[attemptKey]keptAttempt{}} }

// of is the attempt of a browser; empty: there is none.
func (s *attempts) of(browser [sha256.Size]byte, flow string, now time.Time) attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(attemptKey{browser, flow}, now).clone()
}

func (s *attempts) find(key attemptKey, now time.Time) attempt {
	kept, ok := s.all[key]
	if !ok || now.Sub(kept.usedAt) >= maxAge {
		return attempt{}
	}
	return kept.attempt
}

// begin replaces the attempt of a browser.
func (s *attempts) begin(browser [sha256.Size]byte, flow string, a attempt, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(attemptKey{browser, flow}, a, now)
}

// learn adds an answer to the attempt of a browser.
func (s *attempts) learn(browser [sha256.Size]byte, flow string, now time.Time, done step, got answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := attemptKey{browser, flow}
	a := s.find(key, now)
	a.learn(done, got)
	s.keep(key, a, now)
}

func (s *attempts) forget(browser [sha256.Size]byte, flow string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, attemptKey{browser, flow})
}

// keep stores an attempt, and drops what is too old and, when there are too many, the oldest one.
func (s *attempts) keep(key attemptKey, a attempt, now time.Time) {
	s.all[key] = keptAttempt{a, now}
	oldest := key
	for other, kept := range s.all {
		if now.Sub(kept.usedAt) >= maxAge {
			delete(s.all, other)
		} else if kept.usedAt.Before(s.all[oldest].usedAt) {
			oldest = other
		}
	}
	if len(s.all) > maxAttempts {
		delete(s.all, oldest)
	}
}

// gotCode keeps the code of an attempt that is present.
func (s *attempts) gotCode(browser [sha256.Size]byte, flow, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := attemptKey{browser, flow}
	if kept, ok := s.all[key]; ok {
		kept.code = code
		s.all[key] = kept
	}
}

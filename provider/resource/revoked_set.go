package resource

import (
	"sync"
	"time"
)

// revokedSet is what the feed told.
type revokedSet struct {
	mu     sync.RWMutex
	at     map[revokedKey]int64 // seconds since 1970, of the last revocation
	pruned time.Time
}

type revokedKey struct{ kind, id string }

// has tells whether a token ended. Client and user can get new tokens after they were revoked: those
// issued before are refused. The claim iat has whole seconds, so those of the same second are too, and
// so are those without it.
func (s *revokedSet) has(p *Principal) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.at) == 0 {
		return false
	}
	for _, key := range []revokedKey{{"token", p.TokenID}, {"grant", p.GrantID}} {
		if _, revoked := s.at[key]; revoked && key.id != "" {
			return true
		}
	}
	for _, key := range []revokedKey{{"client", p.ClientID}, {"user", p.Subject}} {
		if at, revoked := s.at[key]; revoked && key.id != "" && (p.IssuedAt.IsZero() || p.IssuedAt.Unix() <= at) {
			return true
		}
	}
	return false
}

// add takes an answer, and forgets what no token can be valid for any more, now and then.
func (s *revokedSet) add(a *feedAnswer, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range a.Events {
		key := revokedKey{e.Kind, e.ID}
		s.at[key] = max(s.at[key], e.At/1000)
	}
	if now.Sub(s.pruned) < time.Minute || a.Keep <= 0 {
		return
	}
	s.pruned = now
	for key, at := range s.at {
		if at < now.Unix()-a.Keep {
			delete(s.at, key)
		}
	}
}

func (s *revokedSet) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.at)
}

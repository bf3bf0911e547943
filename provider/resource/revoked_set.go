package resource

import (
	"errors"
	"sync"
	"time"
)

// revokedSet is what the feed told.
type revokedSet struct {
	mu     sync.RWMutex
	at     map[revokedKey]int64 // seconds since 1970, of the last revocation
	most   int
	pruned time.Time
}

type revokedKey struct {
	kind revokedKind
	id   string
}

type revokedKind byte

const (
	revokedNothing revokedKind = iota // of a later version of the feed
	revokedToken
	revokedGrant
	revokedClient
	revokedUser
)

func kindOf(name string) revokedKind {
	switch name {
	case "token":
		return revokedToken
	case "grant":
		return revokedGrant
	case "client":
		return revokedClient
	case "user":
		return revokedUser
	default:
		return revokedNothing
	}
}

func newRevokedSet(most int) *revokedSet { return &revokedSet{at: map[revokedKey]int64{}, most: most} }

// serversDiffer is how many seconds the clocks of a provider's servers may differ: one says when a token
// was issued, and another when its client was disabled.
const serversDiffer = 5

// has tells whether a token ended. Client and user can get new tokens after they were revoked: those
// issued before are refused. The claim iat has whole seconds, so those of the same second are too, and
// so are those of a few more, and those without it.
func (s *revokedSet) has(p *Principal) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.at) == 0 {
		return false
	}
	for _, key := range []revokedKey{{revokedToken, p.TokenID}, {revokedGrant, p.GrantID}} {
		if _, revoked := s.at[key]; revoked {
			return true
		}
	}
	for _, key := range []revokedKey{{revokedClient, p.ClientID}, {revokedUser, p.Subject}} {
		if at, revoked := s.at[key]; revoked && (p.IssuedAt.IsZero() || p.IssuedAt.Unix() <= at+serversDiffer) {
			return true
		}
	}
	return false
}

var errTooManyRevoked = errors.New("more was revoked than is remembered")

// add takes an answer, and forgets what no token can be valid for any more, now and then. It returns how
// much was new. The provider's clock may be behind by the leeway, and tokens are accepted that long.
func (s *revokedSet) add(a *feedAnswer, now time.Time, leeway time.Duration) (learned int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Keep > 0 && (now.Sub(s.pruned) >= time.Minute || len(s.at)+len(a.Events) > s.most) {
		s.pruned = now
		s.prune(now.Add(-2*leeway).Unix() - a.Keep - serversDiffer)
	}
	for _, e := range a.Events {
		key, at := revokedKey{kindOf(e.Kind), e.ID}, e.At/1000
		if key.kind == revokedNothing || key.id == "" {
			continue
		}
		switch known, ok := s.at[key]; {
		case ok && known >= at:
			continue
		case !ok && len(s.at) >= s.most:
			return learned, errTooManyRevoked
		}
		s.at[key] = at
		learned++
	}
	return learned, nil
}

func (s *revokedSet) prune(before int64) {
	for key, at := range s.at {
		if at < before {
			delete(s.at, key)
		}
	}
}

func (s *revokedSet) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.at)
}

package resource

import (
	"errors"
	"sync"
	"time"
)

// revokedSet is what the feed told.
type revokedSet struct {
	mu     sync.RWMutex
	known  map[revokedKey]revokedUntil
	most   int
	leeway int64
	// tokens are single tokens whose expiry is known; the rest is in others.
	tokens, others byExpiry
	// lost are tokens that found no room; zero: all did.
	lost expiries
}

// revokedUntil says when something was revoked, and until when that must be remembered, in seconds since
// 1970.
type revokedUntil struct{ at, until int64 }

// expiries is a range of times until which something must be remembered.
type expiries struct{ from, to int64 }

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

func newRevokedSet(most int, leeway time.Duration) *revokedSet {
	return &revokedSet{known: map[revokedKey]revokedUntil{}, most: most, leeway: int64((leeway + time.Second - 1) / time.Second)}
}

// serversDiffer is how many seconds the clocks of a provider's servers may differ: one says when a token
// was issued, and another when its client was disabled.
const serversDiffer = 5

// has tells whether a token ended. Client and user can get new tokens after they were revoked: those
// issued before are refused. The claim iat has whole seconds, so those of the same second are too, and
// so are those of a few more, and those without it.
func (s *revokedSet) has(p *Principal) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.known) == 0 {
		return false
	}
	for _, key := range []revokedKey{{revokedToken, p.TokenID}, {revokedGrant, p.GrantID}} {
		if _, revoked := s.known[key]; revoked {
			return true
		}
	}
	for _, key := range []revokedKey{{revokedClient, p.ClientID}, {revokedUser, p.Subject}} {
		if r, revoked := s.known[key]; revoked && (p.IssuedAt.IsZero() || p.IssuedAt.Unix() <= r.at+serversDiffer) {
			return true
		}
	}
	return false
}

// complete tells whether all that was revoked is remembered that could be the token of a principal.
func (s *revokedSet) complete(p *Principal) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	until := p.ExpiresAt.Unix() + s.leeway
	return s.lost.to == 0 || (!p.ExpiresAt.IsZero() && (until < s.lost.from || until > s.lost.to))
}

// overflown tells whether something found no room.
func (s *revokedSet) overflown() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.lost.to != 0
}

var errTooManyRevoked = errors.New("more was revoked than is remembered")

// add takes an answer, and forgets what no token can be valid for any more. It returns how much was new.
func (s *revokedSet) add(a *feedAnswer, now time.Time) (learned int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now.Unix(), len(a.Events))
	for _, e := range a.Events {
		key, at := revokedKey{kindOf(e.Kind), e.ID}, e.At/1000
		if key.kind == revokedNothing || key.id == "" {
			continue
		}
		known, ok := s.known[key]
		if ok && known.at >= at {
			continue
		}
		until, single := s.until(key.kind, at, e.ExpiresAt, a.Keep)
		if until < now.Unix() {
			if a.More && a.Cursor != a.Since {
				learned++ // the provider keeps it for longer, and there is more behind it
			}
			continue
		}
		if !ok && len(s.known) >= s.most {
			stored, err := s.makeRoom(until, single)
			if err != nil {
				return learned, err
			}
			if !stored {
				continue
			}
		}
		s.known[key] = revokedUntil{at, until}
		if single {
			s.tokens.add(until, key)
		} else {
			s.others.add(until, key)
		}
		learned++
	}
	return learned, nil
}

// until is the last second in which a token can be accepted that was revoked so, and whether it is that of
// a single token. The provider's clock may be behind by the leeway, and tokens are accepted that long after
// they expired.
func (s *revokedSet) until(kind revokedKind, at, expiresAt, keep int64) (until int64, single bool) {
	const always = 1 << 50
	if until = at + keep + 2*s.leeway + serversDiffer; keep <= 0 {
		until = always
	}
	if kind == revokedToken && expiresAt > 0 && expiresAt+s.leeway <= until {
		return expiresAt + s.leeway, true
	}
	return until, false
}

// makeRoom has one more fit, and tells whether it is to be stored. Of single tokens those are dropped that
// expire last, and what is not known of the others that expire then, introspection says: a client that
// revokes many tokens of its own can keep only those who get such long ones from being known.
func (s *revokedSet) makeRoom(until int64, single bool) (store bool, err error) {
	minute, ok := s.tokens.last()
	switch {
	case single && (!ok || until/60 >= minute):
		s.lose(until, until)
		return false, nil
	case !ok:
		return false, errTooManyRevoked
	}
	for _, key := range s.tokens.takeLast() {
		if s.known[key].until/60 == minute {
			delete(s.known, key)
		}
	}
	s.lose(minute*60, minute*60+59)
	return true, nil
}

func (s *revokedSet) lose(from, to int64) {
	if s.lost.to == 0 || from < s.lost.from {
		s.lost.from = from
	}
	s.lost.to = max(s.lost.to, to)
}

// forget removes what can be forgotten, but not more at once than takes some milliseconds: whoever
// presents a token waits for it.
func (s *revokedSet) forget(now int64, learned int) {
	if s.lost.to < now {
		s.lost = expiries{}
	}
	for _, list := range []*byExpiry{&s.tokens, &s.others} {
		for range max(2*learned, 10_000) {
			key, minute, ok := list.expired(now)
			if !ok {
				break
			}
			if s.known[key].until/60 <= minute { // otherwise it was revoked again since
				delete(s.known, key)
			}
		}
	}
}

func (s *revokedSet) len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.known)
}

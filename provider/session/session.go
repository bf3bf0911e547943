package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Session is a signed-in browser.
type Session struct {
	ID provider.ID
	// User is the signed-in user in its current state in the database.
	User *account.User
	// Hash is the keyed hash of the cookie's token.
	Hash []byte
	// Proofs are how and when the user authenticated.
	Proofs Proofs
	// SeenAt is when the session was last used, to the minute or so.
	SeenAt    time.Time
	ExpiresAt time.Time // absolute, regardless of use
	EndedAt   *time.Time
	// Address is from where the user signed in, Seen from where and with what the session was last
	// used. Sessions of earlier versions have neither.
	Address string
	Seen    Browser
	// Kept: the browser keeps the session when it is closed.
	Kept bool
	// Former are the clients that took part in the session of another user in whose place Begin began this one, and
	// that the browser is to tell of its end. They are not stored.
	Former []Party
}

// ErrNone: there is no session, or it is over.
var ErrNone = errors.New("not signed in")

// Store stores sessions. It returns provider.ErrNotFound. A session is stored, in one statement,
// only while its user is enabled and still has the generation that authenticated; otherwise
// provider.ErrStale is returned.
type Store interface {
	CreateSession(ctx context.Context, s *Session) error
	// ReplaceSession replaces a session with another one of the same user: grants of the first
	// continue in the second, if the first was not over.
	ReplaceSession(ctx context.Context, previous provider.ID, s *Session) error
	// StepUpSession is ReplaceSession for a session that must not have ended: else it returns provider.ErrStale.
	StepUpSession(ctx context.Context, previous provider.ID, s *Session) error
	// Session reads a session with its user, in one statement.
	Session(ctx context.Context, id provider.ID) (*Session, error)
	// SessionNamed reads the session by the name that ID tokens give it (Party.SID), in one statement: what replaced
	// the session with that id as long as a grant of it is known.
	SessionNamed(ctx context.Context, sid provider.ID) (*Session, error)
	// TouchSession moves SeenAt forward, with the browser that was seen.
	TouchSession(ctx context.Context, id provider.ID, at time.Time, by Browser) error
	// EndSession ends one session and every grant that does not outlive it.
	// Clients that took part in it are told, once: by requests that the store keeps, and by the
	// browser, those that it returns.
	EndSession(ctx context.Context, id provider.ID, at time.Time) ([]Party, error)
	// EndSessions ends all sessions of a user in the same way and returns those that were live.
	EndSessions(ctx context.Context, userID provider.ID, at time.Time) ([]provider.ID, error)
	// ForgetBrowsers has every browser of a user ask for the second factor again that was remembered.
	ForgetBrowsers(ctx context.Context, userID provider.ID) error
	// SessionHasName tells whether a client has a grant in a session whose ID tokens have another name for it than its id.
	SessionHasName(ctx context.Context, id provider.ID, clientID string, sid provider.ID) (bool, error)
	// LiveSessions counts those among the newest sessions that are live, and tells whether there are older ones.
	LiveSessions(ctx context.Context, now, seenSince time.Time, newest int) (live int, older bool, err error)
	// Sessions pages through the sessions, the newest first.
	Sessions(ctx context.Context, of Filter, limit int) (Page, error)
}

// macKey hashes with a key of this provider.
type macKey interface {
	MAC(parts ...[]byte) []byte
	VerifyMAC(mac []byte, parts ...[]byte) bool
}

// Lifetimes of a session: Idle without use, Absolute regardless of use.
type Lifetimes struct{ Idle, Absolute time.Duration }

// touchEvery limits how often SeenAt is written: a page with ten requests is one use.
const touchEvery = time.Minute

// Manager begins, finds and ends sessions.
type Manager struct {
	store     Store
	gate      *audit.Gate
	key       macKey
	factors   secondFactors
	events    publisher
	clock     provider.Clock
	random    io.Reader
	lifetimes Lifetimes
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// secondFactors tells whether a user may have a session.
type secondFactors interface {
	// Suffice returns nil when the methods, which the user has given, are all that this user has to give,
	// or else an error that says what is missing. It may note in the transaction of ctx that the user
	// signed in without a factor that is demanded from some day on.
	Suffice(ctx context.Context, u *account.User, methods []string) error
}

// NewManager makes a Manager. Without second factors, which may be nil, each user may have a session who has
// authenticated.
func NewManager(store Store, gate *audit.Gate, key macKey, factors secondFactors, events publisher, clock provider.Clock, random io.Reader, l Lifetimes) *Manager {
	return &Manager{store: store, gate: gate, key: key, factors: factors, events: events, clock: clock, random: random, lifetimes: l}
}

// Find returns the session behind a cookie, or ErrNone.
func (m *Manager) Find(ctx context.Context, text string) (*Session, error) {
	t, err := token.Parse(text)
	if err != nil || t.Kind != token.Session {
		return nil, ErrNone
	}
	s, err := m.store.Session(ctx, t.ID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("session: read: %w", err)
	}
	now := m.clock.Now(ctx)
	if !m.key.VerifyMAC(s.Hash, []byte(token.Session), []byte(text)) || !m.live(s, now) {
		return nil, ErrNone
	}
	if now.Sub(s.SeenAt) >= touchEvery {
		if err := m.store.TouchSession(ctx, s.ID, now, seenIn(ctx)); err != nil {
			return nil, fmt.Errorf("session: touch: %w", err)
		}
		s.SeenAt = now
	}
	return s, nil
}

func (m *Manager) live(s *Session, now time.Time) bool {
	return s.EndedAt == nil && !s.User.Disabled && now.Before(s.ExpiresAt) && now.Before(s.SeenAt.Add(m.lifetimes.Idle))
}

// EndNamed ends the session that ID tokens call by the given name if it is a live session of the user who is meant, and
// tells whether it did, and who is to be told as End does. The name lasts when the session is replaced.
func (m *Manager) EndNamed(ctx context.Context, sid provider.ID, means func(u *account.User) bool) (bool, []Party, error) {
	s, err := m.store.SessionNamed(ctx, sid)
	if errors.Is(err, provider.ErrNotFound) {
		return false, nil, nil
	}
	if err != nil {
		return false, nil, fmt.Errorf("session: read: %w", err)
	}
	if s.EndedAt != nil || !means(s.User) {
		return false, nil, nil
	}
	parties, err := m.End(ctx, s)
	return err == nil, parties, err
}

// End ends a session for its user, and returns the clients that the page after it tells by frames
// (OpenID Connect Front-Channel Logout).
func (m *Manager) End(ctx context.Context, s *Session) (parties []Party, err error) {
	err = m.gate.Record(ctx, audit.Self(ctx, s.User.ID), audit.SessionEnd, target(s), func(ctx context.Context) (_ audit.Changes, err error) {
		parties, err = m.end(ctx, s)
		return nil, err
	})
	return parties, err
}

func target(s *Session) audit.Target {
	return audit.Target{Type: audit.Session, ID: s.ID.String(), UserID: s.User.ID.String()}
}

func (m *Manager) end(ctx context.Context, s *Session) ([]Party, error) {
	parties, err := m.store.EndSession(ctx, s.ID, m.clock.Now(ctx))
	if err != nil {
		return nil, err
	}
	m.events.Publish(ctx, event.SessionEnded{SessionID: s.ID, UserID: s.User.ID})
	return parties, nil
}

// Concerns tells whether an ID token of a client, with the given sid claim, is about a session: it
// was issued in it, or in one that it replaced when the user reauthenticated. One of another session of the same
// user is not: RP-Initiated Logout section 2 has the user asked then.
func (m *Manager) Concerns(ctx context.Context, s *Session, sid, clientID string) (bool, error) {
	if sid == s.ID.String() {
		return true, nil
	}
	name, err := provider.ParseID(sid)
	if err != nil {
		return false, nil //nolint:nilerr // it is about none
	}
	known, err := m.store.SessionHasName(ctx, s.ID, clientID, name)
	if err != nil {
		return false, fmt.Errorf("session: read its grants: %w", err)
	}
	return known, nil
}

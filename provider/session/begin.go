package session

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Start is a sign-in: a user who has just authenticated, and by which methods (RFC 8176). Keep: the browser
// keeps the session when it is closed.
type Start struct {
	User    *account.User
	Methods []string
	Keep    bool
}

// Begin starts a session for a user who has just authenticated, and ends the previous session of
// the browser, if any. If that was the same user's, who reauthenticated, its grants continue in
// the new session; another user is signed out, and the session says which clients the browser is to tell. It returns the session and the text for the
// cookie, which is a credential, or provider.ErrStale when the user was changed since
// authentication. It is the one way to a session: when the user has to give a second factor, or to set one up,
// there is none, and it returns the error that says so.
func (m *Manager) Begin(ctx context.Context, start Start, previous *Session) (*Session, string, error) {
	now := m.clock.Now(ctx)
	s, text := m.make(ctx, now, start.User, ProvedAt(now, start.Methods...))
	s.ExpiresAt, s.Kept = now.Add(m.lifetimes.Absolute), start.Keep
	err := m.gate.Record(ctx, audit.Self(ctx, s.User.ID), audit.UserSignIn, audit.OfUser(s.User.ID), func(ctx context.Context) (audit.Changes, error) {
		if m.factors != nil {
			if err := m.factors.Suffice(ctx, s.User, start.Methods); err != nil {
				return nil, err
			}
		}
		return audit.Details(map[string]any{"session_id": s.ID.String(), "amr": s.Proofs.AMR()}), m.keep(ctx, s, previous)
	})
	if err != nil {
		return nil, "", fmt.Errorf("session: begin: %w", err)
	}
	m.events.Publish(ctx, event.SignedIn{UserID: s.User.ID, SessionID: s.ID, Methods: s.Proofs.Methods})
	return s, text, nil
}

// StepUp replaces the session of a user who has proved another factor, given by its methods. The session gets
// another id and cookie, so that a copy of the former cookie does not gain what the user has proved; it
// ends when the former would have. It returns provider.ErrStale when the user was changed, or the session has ended,
// meanwhile.
func (m *Manager) StepUp(ctx context.Context, before *Session, methods ...string) (*Session, string, error) {
	now := m.clock.Now(ctx)
	s, text := m.make(ctx, now, before.User, before.Proofs.and(now, methods))
	s.ExpiresAt, s.Kept = before.ExpiresAt, before.Kept
	err := m.gate.Record(ctx, audit.Self(ctx, s.User.ID), audit.SessionStepUp, target(s), func(ctx context.Context) (audit.Changes, error) {
		details := audit.Details(map[string]any{"former_session_id": before.ID.String(), "amr": s.Proofs.AMR(), "acr": s.Proofs.ACR()})
		return details, m.store.StepUpSession(ctx, before.ID, s)
	})
	if err != nil {
		return nil, "", fmt.Errorf("session: step up: %w", err)
	}
	m.events.Publish(ctx, event.SteppedUp{UserID: s.User.ID, SessionID: s.ID, Methods: methods})
	return s, text, nil
}

// Continue replaces the session of a user who has just changed the own password, which has ended all of them: with what
// was proved in it, and until when it would have ended. The user is as after that change. It returns
// provider.ErrStale when the user was changed since.
func (m *Manager) Continue(ctx context.Context, before *Session, user *account.User) (*Session, string, error) {
	s, text := m.make(ctx, m.clock.Now(ctx), user, before.Proofs)
	s.ExpiresAt, s.Kept = before.ExpiresAt, before.Kept
	if err := m.store.CreateSession(ctx, s); err != nil {
		return nil, "", fmt.Errorf("session: continue: %w", err)
	}
	return s, text, nil
}

// make makes a session, and the text for its cookie.
func (m *Manager) make(ctx context.Context, now time.Time, user *account.User, proofs Proofs) (*Session, string) {
	t := token.New(token.Session, provider.NewID(now, m.random), m.random)
	text := t.Encode()
	browser := seenIn(ctx)
	return &Session{
		Address: browser.Address, Seen: browser,
		ID: t.ID, User: user, Hash: m.key.MAC([]byte(token.Session), []byte(text)),
		Proofs: proofs, SeenAt: now,
	}, text
}

func (m *Manager) keep(ctx context.Context, s, previous *Session) error {
	switch {
	case previous == nil:
		return m.store.CreateSession(ctx, s)
	case previous.User.ID == s.User.ID:
		return m.store.ReplaceSession(ctx, previous.ID, s)
	}
	if err := m.store.CreateSession(ctx, s); err != nil {
		return err
	}
	parties, err := m.End(ctx, previous)
	s.Former = parties
	return err
}

package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Filter selects sessions; the zero value selects all.
type Filter struct {
	UserID provider.ID
	// Live excludes sessions that are over; SeenSince is the start of the idle period.
	Live           bool
	Now, SeenSince time.Time
	// Before continues after the session with that id.
	Before provider.ID
}

// Page is a part of a list. It may be shorter than requested, or empty, although there are more: the
// work for a page is bounded, even where few sessions match. Next continues the list; zero: it is
// complete.
type Page struct {
	Sessions []*Session
	Next     provider.ID
}

// List pages through the sessions of a user, or of all users for the zero id, newest first,
// starting after the session before. Users have only id and name. Ended sessions are kept for a
// day.
func (m *Manager) List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) (Page, error) {
	now := m.clock.Now(ctx)
	return m.store.Sessions(ctx, Filter{UserID: userID, Live: live, Now: now, SeenSince: now.Add(-m.lifetimes.Idle), Before: before}, limit)
}

// counted is how many sessions are looked at to count those that are live.
const counted = 10_000

// Live counts the sessions that are live. More: there are more, which were not counted.
func (m *Manager) Live(ctx context.Context) (count int, more bool, err error) {
	now := m.clock.Now(ctx)
	return m.store.LiveSessions(ctx, now, now.Add(-m.lifetimes.Idle), counted)
}

// Get returns the session with the given id in any state, for administrators, or
// provider.ErrNotFound.
func (m *Manager) Get(ctx context.Context, id provider.ID) (*Session, error) {
	return m.store.Session(ctx, id)
}

// State is the current state of the session: live, ended or expired.
func (m *Manager) State(ctx context.Context, s *Session) string {
	switch {
	case s.EndedAt != nil:
		return "ended"
	case !m.live(s, m.clock.Now(ctx)):
		return "expired"
	default:
		return "live"
	}
}

// EndID ends the session with the given id, for administrators. It returns provider.ErrNotFound
// when there is no such session; a session that is over stays unchanged.
func (m *Manager) EndID(ctx context.Context, actor audit.Actor, id provider.ID) error {
	s, err := m.store.Session(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return err
	}
	if err != nil {
		return fmt.Errorf("session: read: %w", err)
	}
	if s.EndedAt != nil {
		return nil
	}
	return m.gate.Do(ctx, actor, audit.SessionEnd, target(s), func(ctx context.Context) (audit.Changes, error) {
		_, err := m.end(ctx, s)
		return nil, err
	})
}

// ForgetBrowsers has every browser of a user, who asks for that, ask for the second factor again that was remembered:
// whoever ends the sessions in browsers that are not known does not want them to be let in. Sign-ins in progress begin
// again, so the user has just authenticated.
func (m *Manager) ForgetBrowsers(ctx context.Context, userID provider.ID) error {
	return m.gate.Record(ctx, audit.Self(ctx, userID), audit.SessionForget, audit.OfUser(userID), func(ctx context.Context) (audit.Changes, error) {
		if err := m.store.ForgetBrowsers(ctx, userID); err != nil {
			return nil, fmt.Errorf("session: forget browsers: %w", err)
		}
		return nil, nil
	})
}

// EndAll ends every session of a user, for administrators, and returns how many there were. No browser is remembered
// afterwards.
func (m *Manager) EndAll(ctx context.Context, actor audit.Actor, userID provider.ID) (count int, err error) {
	err = m.gate.Do(ctx, actor, audit.SessionEnd, audit.OfUser(userID), func(ctx context.Context) (audit.Changes, error) {
		if err := m.store.ForgetBrowsers(ctx, userID); err != nil {
			return nil, err
		}
		ended, err := m.store.EndSessions(ctx, userID, m.clock.Now(ctx))
		if err != nil {
			return nil, err
		}
		for _, id := range ended {
			m.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: userID})
		}
		count = len(ended)
		return audit.Counted("sessions", int64(count)), nil
	})
	return count, err
}

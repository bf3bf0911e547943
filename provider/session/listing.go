package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Filter says which sessions are meant; the zero value means all.
type Filter struct {
	UserID provider.ID
	// Live leaves out those that are over: SeenSince is when they must have been used last.
	Live           bool
	Now, SeenSince time.Time
	// Before goes on after the session with that id.
	Before provider.ID
}

// List pages through the sessions of a user, or of all for the zero id, the newest first, from
// before the given one. Of the users it gives id and name. Those that are over are kept for a
// day.
func (m *Manager) List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) ([]*Session, error) {
	now := m.clock.Now(ctx)
	return m.store.Sessions(ctx, Filter{UserID: userID, Live: live, Now: now, SeenSince: now.Add(-m.lifetimes.Idle), Before: before}, limit)
}

// State says in a word what the session is at the moment: live, ended or expired.
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

// EndID ends the session with the given id: for administrators. It returns provider.ErrNotFound
// when there is no such session; one that is over stays so.
func (m *Manager) EndID(ctx context.Context, id provider.ID) error {
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
	return m.End(ctx, s)
}

// EndAll ends every session of a user and returns how many there were.
func (m *Manager) EndAll(ctx context.Context, userID provider.ID) (int, error) {
	ended, err := m.store.EndSessions(ctx, userID, m.clock.Now(ctx))
	if err != nil {
		return 0, err
	}
	for _, id := range ended {
		m.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: userID})
	}
	return len(ended), nil
}

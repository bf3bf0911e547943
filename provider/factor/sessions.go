package factor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// graceStore keeps until when a user need not have a factor.
type graceStore interface {
	// SetFactorsDue notes it, unless that was done before.
	SetFactorsDue(ctx context.Context, userID provider.ID, due time.Time) error
}

// Sessions are what the policy says about who may have a session.
type Sessions struct {
	policy Policy
	store  graceStore
	clock  provider.Clock
}

// NewSessions makes Sessions.
func NewSessions(p Policy, store graceStore, clock provider.Clock) *Sessions {
	return &Sessions{policy: p, store: store, clock: clock}
}

// Of is what a user has to do before there is a session; see Policy.
func (s *Sessions) Of(ctx context.Context, u *account.User, methods []string) Demand {
	return s.policy.Of(u, methods, s.clock.Now(ctx))
}

// Demanded tells whether a user must have a factor.
func (s *Sessions) Demanded(u *account.User) bool { return s.policy.demanded(u) }

// NeedsEmail tells whether a user must have a factor, and has codes by mail alone: they go with the verified address.
func (s *Sessions) NeedsEmail(u *account.User) bool {
	return s.Demanded(u) && slices.Equal(u.Factors, []string{Mail})
}

// Due is until when a user may sign in without a factor, who is reminded to set one up.
func (s *Sessions) Due(ctx context.Context, u *account.User) time.Time {
	if u.FactorsDueAt != nil {
		return *u.FactorsDueAt
	}
	return s.clock.Now(ctx).Add(s.policy.Grace)
}

// Remember is how long a browser need not give the factor again; 0: always.
func (s *Sessions) Remember() time.Duration { return s.policy.Remember }

// Suffice returns nil when a user may have a session, who has given the methods, or else ErrProve or ErrSetUp. At
// the first sign-in without a factor that is demanded the time begins until when there need be none.
func (s *Sessions) Suffice(ctx context.Context, u *account.User, methods []string) error {
	switch s.Of(ctx, u, methods) {
	case Prove:
		return ErrProve
	case MustSetUp:
		return ErrSetUp
	case Remind:
		if u.FactorsDueAt != nil {
			return nil
		}
		if err := s.store.SetFactorsDue(ctx, u.ID, s.Due(ctx, u)); err != nil {
			return fmt.Errorf("factor: start the time of grace: %w", err)
		}
		return nil
	default:
		return nil
	}
}

package grant

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Revocation selects the grants to end: those that meet every condition that is set.
type Revocation struct {
	ClientID          string
	UserID, SessionID provider.ID
	// Scope is one that was granted.
	Scope string
	// Before selects what was authorized before that time. What is issued later under such a grant
	// ends with it: a refresh must not make a revoked sign-in new.
	Before time.Time
}

// Ended is what one step of a revocation has ended.
type Ended struct {
	Grants int64
	// Tokens counts the issuances under the grants that could still be used, by their access or
	// refresh token.
	Tokens int64
	// Last is the grant to go on after; zero: there are no more.
	Last provider.ID
}

// Revoked is what a revocation has ended in all.
type Revoked struct{ Grants, Tokens int64 }

// RevokeAll ends the selected grants with everything issued under them, for administrators. New tokens
// can be requested. With nothing selected it does nothing: that must not mean everything.
//
// It works in steps, each a transaction with a record of its own, so that requests do not wait for a
// client with a million grants. After an error, what was counted has ended; the revocation can be
// repeated.
func (i *Inspector) RevokeAll(ctx context.Context, actor audit.Actor, of Revocation) (all Revoked, err error) {
	if of == (Revocation{}) {
		return all, nil
	}
	after := provider.ID{}
	for {
		var step Ended
		err := i.gate.Do(ctx, actor, audit.TokenRevoke, of.target(), func(ctx context.Context) (audit.Changes, error) {
			var err error
			if step, err = i.store.EndGrants(ctx, of, after, i.clock.Now(ctx)); err != nil || step.Grants == 0 {
				return audit.Changes{}, err
			}
			return audit.Details(of.details(step)), nil
		})
		if err != nil {
			return all, err
		}
		all.Grants += step.Grants
		all.Tokens += step.Tokens
		if after = step.Last; after.IsZero() {
			return all, nil
		}
	}
}

func (of Revocation) target() audit.Target {
	target := audit.Target{Type: audit.Grant}
	switch {
	case !of.SessionID.IsZero():
		target = audit.Target{Type: audit.Session, ID: of.SessionID.String()}
	case !of.UserID.IsZero():
		target = audit.OfUser(of.UserID)
	case of.ClientID != "":
		target = audit.OfClient(of.ClientID)
	}
	target.ClientID = of.ClientID
	if !of.UserID.IsZero() {
		target.UserID = of.UserID.String()
	}
	return target
}

func (of Revocation) details(step Ended) map[string]any {
	details := map[string]any{"grants": step.Grants, "tokens": step.Tokens}
	if of.Scope != "" {
		details["scope"] = of.Scope
	}
	if !of.Before.IsZero() {
		details["before"] = of.Before.UTC().Format(time.RFC3339Nano)
	}
	return details
}

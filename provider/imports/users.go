package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userAdder adds users in one administrative act with the given details. It returns, for each, nil,
// account.ErrPresent or what is wrong.
type userAdder interface {
	Add(ctx context.Context, users []*account.User, details map[string]any) ([]error, error)
}

// Users is the sink of users: the value of an item is a *account.User whose password hash is in the
// form of the other system.
type Users struct {
	adder  userAdder
	source Source
}

// NewUsers makes the sink over account.Registry.Import.
func NewUsers(adder userAdder, source Source) *Users { return &Users{adder, source} }

// Write is part of Sink.
func (s *Users) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	users := make([]*account.User, len(batch))
	for i, item := range batch {
		u, ok := item.Value.(*account.User)
		if !ok {
			return nil, fmt.Errorf("imports: line %d is %T, not a user", item.Line, item.Value)
		}
		users[i] = u
	}
	results, err := s.adder.Add(ctx, users, s.source.Details(batch))
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(batch))
	for i, result := range results {
		outcomes[i] = userOutcome(result)
		outcomes[i].Notes = batch[i].Notes
		if slices.Contains(users[i].Roles, account.RoleAdmin) {
			outcomes[i].Warnings = append(outcomes[i].Warnings, "has the role admin, and may manage this server")
		}
		if slices.Contains(users[i].Roles, account.RoleAuditor) {
			outcomes[i].Warnings = append(outcomes[i].Warnings, "has the role auditor, and may see in the console all that administrators see")
		}
	}
	return outcomes, nil
}

func userOutcome(err error) Outcome {
	var wrong account.Wrong
	var conflict *account.Conflict
	switch {
	case err == nil:
		return Outcome{State: Imported}
	case errors.Is(err, account.ErrPresent):
		return Outcome{State: Present}
	case errors.As(err, &conflict):
		if conflict.Field == "" {
			return RefusedFor("", conflict.Message)
		}
		return RefusedFor("/"+conflict.Field, conflict.Message)
	case errors.As(err, &wrong):
		return RefusedFor(wrong[0].Pointer(), allOf(wrong))
	}
	return RefusedFor("", err.Error())
}

// allOf is the message of the first fault, with the others behind it.
func allOf(wrong account.Wrong) string {
	reason := wrong[0].Fault.String()
	for _, problem := range wrong[1:] {
		reason += "; " + problem.Pointer() + ": " + problem.Fault.String()
	}
	return reason
}

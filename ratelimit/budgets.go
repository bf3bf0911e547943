package ratelimit

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Budgets shows and resets what single clients, addresses and accounts have used.
type Budgets struct {
	table    *Table
	state    Inspector
	gate     gate
	clients  clients
	accounts accounts
}

type gate interface {
	Do(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

type clients interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// accounts tells by what the attempts at a login are counted.
type accounts interface {
	CountedAs(ctx context.Context, login string) (account string, userID provider.ID, err error)
}

// NewBudgets makes Budgets.
func NewBudgets(table *Table, state Inspector, g gate, c clients, a accounts) *Budgets {
	return &Budgets{table: table, state: state, gate: g, clients: c, accounts: a}
}

// Who has a budget. A policy is counted by one of them, or by an address together with a client or an account.
type Who struct {
	ClientID string
	Address  netip.Addr
	// Username is what somebody types at the sign-in: a user name or an email address.
	Username string
}

// WhoError: the policy is counted by something else. Field is client_id, address or username.
type WhoError struct {
	Field string
	Fault *fault.Fault
}

// Error is the message.
func (e *WhoError) Error() string { return e.Field + " " + e.Fault.String() }

// State returns the state of a budget, without counting. The limit may be off. It returns ErrPolicy, a
// *WhoError, or provider.ErrNotFound for an unknown client.
func (b *Budgets) State(ctx context.Context, policy string, who Who) (Decision, error) {
	ask, _, err := b.ask(ctx, policy, who)
	if err != nil {
		return Decision{}, err
	}
	return b.peek(ctx, ask)
}

// StateOfUser is State of a policy that is counted by account, for a user who is known.
func (b *Budgets) StateOfUser(ctx context.Context, policy string, user provider.ID) (Decision, error) {
	p, ok := b.table.Policy(policy)
	if !ok || p.Key != ByAccount {
		return Decision{}, fmt.Errorf("ratelimit: %w: %q", ErrPolicy, policy)
	}
	return b.peek(ctx, Ask{Policy: p, Key: user.String()})
}

func (b *Budgets) peek(ctx context.Context, ask Ask) (Decision, error) {
	if ask.Off() {
		return Decision{Allowed: true, Source: fromNone, Verdicts: []Verdict{{Policy: ask.Policy}}}, nil
	}
	return b.state.Peek(ctx, ask)
}

// Reset makes a budget full. Its errors are those of State.
func (b *Budgets) Reset(ctx context.Context, actor audit.Actor, policy string, who Who) error {
	ask, user, err := b.ask(ctx, policy, who)
	if err != nil {
		return err
	}
	target := audit.Target{Type: audit.Limit, ID: policy, ClientID: who.ClientID}
	details := map[string]any{"policy": policy}
	if who.Address.IsValid() {
		details["address"] = Prefix(who.Address)
	}
	switch {
	case !user.IsZero():
		target.UserID = user.String()
	case who.Username != "":
		details["username"] = ask.Key
	}
	var failed error
	err = b.gate.Do(ctx, actor, audit.LimitReset, target, func(ctx context.Context) (audit.Changes, error) {
		// What is reset cannot be rolled back: without the record it must not happen.
		provider.AfterCommit(ctx, func() { failed = b.state.Refill(context.WithoutCancel(ctx), ask) })
		return audit.Details(details), nil
	})
	if err != nil {
		return err
	}
	return failed
}

func (b *Budgets) ask(ctx context.Context, policy string, who Who) (ask Ask, user provider.ID, err error) {
	p, ok := b.table.Policy(policy)
	if !ok {
		return ask, user, fmt.Errorf("ratelimit: %w: %q", ErrPolicy, policy)
	}
	if err := who.fits(p); err != nil {
		return ask, user, err
	}
	ask = Ask{Policy: p}
	if who.ClientID != "" {
		c, err := b.clients.Client(ctx, who.ClientID)
		if err != nil {
			return ask, user, fmt.Errorf("ratelimit: client: %w", err)
		}
		if p.Key == ByClient && c.RateLimit > 0 {
			ask.Limit = OwnLimit(c.RateLimit)
		}
	}
	switch p.Key {
	case ByClient, ByGuessed:
		ask.Key = who.ClientID
	case ByPrefix:
		ask.Key = Prefix(who.Address)
	case ByGuess:
		ask.Key = GuessKey(who.ClientID, Prefix(who.Address))
	case ByAccount:
		ask.Key, user, err = b.accounts.CountedAs(ctx, who.Username)
	case ByAccountAndPrefix:
		if ask.Key, user, err = b.accounts.CountedAs(ctx, who.Username); err == nil {
			ask.Key = AccountKey(ask.Key, Prefix(who.Address))
		}
	case ByDevice: // refused by fits
	}
	return ask, user, err
}

// fits tells whether exactly that was given which the policy is counted by.
func (w Who) fits(p *Policy) error {
	byClient, byAddress, byAccount := false, false, false
	switch p.Key {
	case ByClient, ByGuessed:
		byClient = true
	case ByPrefix:
		byAddress = true
	case ByGuess:
		byClient, byAddress = true, true
	case ByAccount:
		byAccount = true
	case ByAccountAndPrefix:
		byAccount, byAddress = true, true
	case ByDevice:
		return &WhoError{"policy", fault.New(fault.Browser)}
	}
	for _, given := range []struct {
		field        string
		wanted, have bool
	}{
		{"client_id", byClient, w.ClientID != ""}, {"address", byAddress, w.Address.IsValid()}, {"username", byAccount, w.Username != ""},
	} {
		switch {
		case given.wanted && !given.have:
			return &WhoError{given.field, fault.New(fault.Missing, "policy", p.Name, "key", p.Key)}
		case given.have && !given.wanted:
			return &WhoError{given.field, fault.New(fault.Surplus, "policy", p.Name, "key", p.Key)}
		}
	}
	return nil
}

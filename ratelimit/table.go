package ratelimit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrPolicy: there is no policy of that name. ErrGuarded: what keeps secrets from being
// guessed can be changed, and never be off.
var (
	ErrPolicy  = errors.New("no such policy")
	ErrGuarded = errors.New("this limit keeps secrets from being guessed and cannot be off")
)

// Policies is the default table. Rates are for one client, address, account or device; a
// client may have a limit of its own.
func Policies() []Policy {
	const quarter = 15 * time.Minute
	return []Policy{
		{TokenClient, Limit{500, time.Second, 1000}, ByClient, Open, "A client that asks in a loop must not take the capacity of all others."},
		{TokenPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests whose client did not prove itself: guessing secrets, codes and refresh tokens."},
		{IntrospectClient, Limit{5000, time.Second, 10000}, ByClient, Open, "Resource servers ask for each of their own requests; this stops only a runaway loop."},
		{IntrospectPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests whose caller did not prove itself."},
		{UserInfoClient, Limit{2000, time.Second, 4000}, ByClient, Open, "As at introspection; people's applications ask at each sign-in."},
		{UserInfoPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests without a good access token."},
		{DocumentPrefix, Limit{200, time.Second, 1000}, ByPrefix, Open, "Documents cost next to nothing; a proxy in front of many applications asks often."},
		{AuthorizePrefix, Limit{20, time.Second, 200}, ByPrefix, Open, "A whole office may sign in at nine o'clock from one address."},
		{PagePrefix, Limit{20, time.Second, 200}, ByPrefix, Open, "Pages that people look at."},
		{AssetPrefix, Limit{60, time.Second, 600}, ByPrefix, Open, "What pages are made of, three for each page; by itself, or the page that says to wait would come without its style."},
		{ClientSecret, Limit{10, quarter, 10}, ByGuess, Strict, "Secrets short enough to be guessed; long ones are not worth the count."},
		{ClientSecrets, Limit{200, quarter, 200}, ByGuessed, Strict, "The same tries from many addresses together; a long secret is never counted."},
		{SignInAccount, Limit{10, quarter, 10}, ByAccount, Strict, "A person who forgot a password rarely needs ten tries; a guesser needs millions."},
		{SignInPrefix, Limit{50, quarter, 50}, ByPrefix, Strict, "One address that tries many accounts; it may serve a whole office."},
		{SignInDevice, Limit{10, quarter, 10}, ByDevice, Strict, "A browser that signed in before has tries of its own, so that nobody can lock its person out."},
	}
}

// Table is the policies in force.
type Table struct{ policies []Policy }

// NewTable makes the default table with some limits replaced. It returns ErrPolicy for a name
// that is not in it, ErrGuarded and ErrLimit.
func NewTable(overrides map[string]Limit) (*Table, error) {
	t := &Table{policies: Policies()}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		p, ok := t.Policy(name)
		if !ok {
			return nil, fmt.Errorf("ratelimit: %w: %q is none of %s", ErrPolicy, name, strings.Join(t.names(), ", "))
		}
		if err := p.replace(overrides[name]); err != nil {
			return nil, fmt.Errorf("ratelimit: %s: %w", name, err)
		}
	}
	return t, nil
}

func (p *Policy) replace(limit Limit) error {
	switch {
	case !limit.Off():
		if err := limit.Validate(); err != nil {
			return err
		}
	case p.Outage == Strict:
		return ErrGuarded
	}
	p.Limit = limit
	return nil
}

// Switchable are the policies that may be off: for all who limit requests in front of us.
func Switchable() []string {
	var names []string
	for _, p := range Policies() {
		if p.Outage != Strict {
			names = append(names, p.Name)
		}
	}
	return names
}

// Policy is the policy of that name. It is shared: do not change it.
func (t *Table) Policy(name string) (*Policy, bool) {
	for i := range t.policies {
		if t.policies[i].Name == name {
			return &t.policies[i], true
		}
	}
	return nil, false
}

// All is every policy, in the order of the table.
func (t *Table) All() []Policy { return slices.Clone(t.policies) }

func (t *Table) names() []string {
	var names []string
	for _, p := range t.policies {
		names = append(names, p.Name)
	}
	return names
}

package ratelimit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// ErrPolicy: there is no policy of that name. ErrGuarded: a limit that keeps secrets from being
// guessed can be changed but not switched off.
var (
	ErrPolicy  = errors.New("no such policy")
	ErrGuarded = errors.New("this limit keeps secrets from being guessed and cannot be off")
)

// Policies is the default table. Rates are per client, address, account or device; a client may
// have a limit of its own.
func Policies() []Policy {
	const quarter = 15 * time.Minute
	// An app has three codes at a time, of a million. Four attempts a day and thirty at once are 1,490 in a
	// year: one of them is right with a chance of 0.45 %, and twice that if the attacker also has a browser
	// of the user.
	factorLong := Limit{4, 24 * time.Hour, 30}
	recovery := Limit{20, 24 * time.Hour, 20}
	return []Policy{
		{TokenClient, Limit{500, time.Second, 1000}, ByClient, Open, "A client in a request loop must not take the capacity of all others."},
		{TokenPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests without client authentication: guessing secrets, codes and refresh tokens."},
		{IntrospectClient, Limit{5000, time.Second, 10000}, ByClient, Open, "Resource servers introspect for each of their own requests; this stops only a runaway loop."},
		{IntrospectPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests without client authentication."},
		{UserInfoClient, Limit{2000, time.Second, 4000}, ByClient, Open, "As for introspection; applications ask at each sign-in."},
		{UserInfoPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests without a valid access token."},
		{RevocationsClient, Limit{2000, time.Second, 4000}, ByClient, Open, "Each process of a resource server asks up to five times a second, and as it starts once for each thousand revocations."},
		{RevocationsPrefix, Limit{50, time.Second, 200}, ByPrefix, Open, "Requests without a valid access token."},
		{ManageClient, Limit{100, time.Second, 500}, ByClient, Open, "The management API: scripts import thousands of clients and users."},
		{ManagePrefix, Limit{20, time.Second, 100}, ByPrefix, Open, "Calls of the management API without a valid credential."},
		{DocumentPrefix, Limit{200, time.Second, 1000}, ByPrefix, Open, "Documents cost almost nothing; a proxy in front of many applications fetches them often."},
		{AuthorizePrefix, Limit{20, time.Second, 200}, ByPrefix, Open, "A whole office may sign in at nine o'clock from one address."},
		{PagePrefix, Limit{20, time.Second, 200}, ByPrefix, Open, "Pages for users."},
		{AssetPrefix, Limit{60, time.Second, 600}, ByPrefix, Open, "Styles, scripts and images, three per page; separate, or the page that says to wait would have no style."},
		{ClientSecret, Limit{10, quarter, 10}, ByGuess, Strict, "Secrets short enough to be guessed; long ones are not counted."},
		{ClientSecrets, Limit{200, quarter, 200}, ByGuessed, Strict, "The same attempts from many addresses together; long secrets are not counted."},
		{SignInAccount, Limit{10, quarter, 10}, ByAccount, Strict, "A user who forgot a password rarely needs ten attempts; an attacker needs millions."},
		{SignInPrefix, Limit{50, quarter, 50}, ByPrefix, Strict, "One address that tries many accounts; it may serve a whole office."},
		{FactorAccount, Limit{10, quarter, 10}, ByAccount, Strict, "Codes of a second factor, by browsers that have not signed in to the account before."},
		{FactorAccountLong, factorLong, ByAccount, Strict, "Who knows the password can try codes for ever, of which each is right with a chance of 3 in 1,000,000: so there are some 1,500 attempts in a year, and a chance of 0.5 % that one is right."},
		{FactorPrefix, Limit{50, quarter, 50}, ByPrefix, Strict, "One address that tries codes for many accounts; it may serve a whole office."},
		{FactorDevice, Limit{10, quarter, 10}, ByDevice, Strict, "A browser that signed in before has its own attempts, so that an attacker cannot lock its user out."},
		{FactorDevicesLong, factorLong, ByAccount, Strict, "All such browsers of an account together: an attacker may have signed in with several before the user had a second factor."},
		{FactorRecoveryAccount, recovery, ByAccount, Strict, "Recovery codes, of 50 bits: nobody guesses one, and whoever uses up the attempts at the other codes does not keep out an owner who lost the app."},
		{FactorRecoveryDevice, recovery, ByDevice, Strict, "The same in a browser that signed in before."},
		{FactorRenewal, Limit{1, 24 * time.Hour, 7}, ByAccount, Strict, "A new password through a recovery takes all of it, and gives the attempts at codes back: once a week, or whoever reads the messages to the owner would have any number. With the password that makes some 3,000 attempts in a year, and a chance of 1 %."},
		{FactorMailPrefix, Limit{200, time.Hour, 200}, ByPrefix, Open, "Codes by mail: a whole office may sign in from one address, and an account gets five in an hour."},
		{RegisterPrefix, Limit{20, time.Hour, 20}, ByPrefix, Open, "Each registration stores a row and sends a message; open ones are also limited altogether."},
		{RecoverPrefix, Limit{20, time.Hour, 20}, ByPrefix, Open, "Each request of a forgotten password stores a row and sends a message."},
		{RecoverAccount, Limit{4, time.Hour, 4}, ByAccountAndPrefix, Open, "Fewer messages than one person may get, so that nobody uses up what the owner of an account needs."},
		{VerifyPrefix, Limit{50, quarter, 50}, ByPrefix, Open, "Codes are also limited to five tries each."},
		{ClientRegisterPrefix, Limit{30, time.Hour, 30}, ByPrefix, Open, "Each client that registers itself is a row; open ones are also limited altogether, and leave when nobody uses them."},
		{ClientManagePrefix, Limit{60, time.Minute, 60}, ByPrefix, Open, "Clients read and change their registration rarely; guessing its token is hopeless."},
		{ClientChangeClient, Limit{20, time.Hour, 20}, ByClient, Open, "Each change that a client makes to its own registration is a record of the audit log."},
		{ClientDocumentPrefix, Limit{30, time.Hour, 30}, ByPrefix, Open, "Each document of an unknown client is a request to another server, and may become a row."},
		{SignInDevice, Limit{10, quarter, 10}, ByDevice, Strict, "A browser that signed in before has its own attempts, so that an attacker cannot lock its user out."},
	}
}

// Table is the set of policies in force.
type Table struct{ policies []Policy }

// NewTable makes the default table with some limits replaced. It returns ErrPolicy for an
// unknown name, ErrGuarded and ErrLimit.
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

// Switchable are the policies that may be off, for operators who limit requests in a proxy.
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

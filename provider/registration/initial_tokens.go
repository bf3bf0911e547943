package registration

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// The bounds of an initial access token.
const (
	maxLabel = 200
	maxTerms = 50
	// MaxLifetime is how long one can be valid, DefaultLifetime how long it is unless something is said.
	MaxLifetime     = 400 * 24 * time.Hour
	DefaultLifetime = 24 * time.Hour
	maxUses         = 100_000
	maxAudience     = 500
)

// InitialTokens makes and revokes initial access tokens. Each is an administrative act.
type InitialTokens struct {
	store  TokenStore
	gate   *audit.Gate
	clock  provider.Clock
	random io.Reader
}

// NewInitialTokens makes an InitialTokens.
func NewInitialTokens(store TokenStore, gate *audit.Gate, clock provider.Clock, random io.Reader) *InitialTokens {
	return &InitialTokens{store, gate, clock, random}
}

// Create makes a token and returns it with its text, which can never be read again. Lifetime 0 is
// DefaultLifetime. It returns *client.Invalid or audit.ErrForbidden.
func (r *InitialTokens) Create(ctx context.Context, actor audit.Actor, t InitialToken, lifetime time.Duration) (InitialToken, string, error) {
	if lifetime == 0 {
		lifetime = DefaultLifetime
	}
	t.Label = strings.TrimSpace(t.Label)
	for i, host := range t.Hosts {
		t.Hosts[i] = strings.ToLower(host)
	}
	if problems := t.problems(lifetime); len(problems) > 0 {
		return InitialToken{}, "", &client.Invalid{Problems: problems}
	}
	now := r.clock.Now(ctx)
	t.ID, t.CreatedAt, t.ExpiresAt, t.Used, t.RevokedAt = provider.NewID(now, r.random), now, now.Add(lifetime), 0, nil
	text := token.New(token.Initial, t.ID, r.random).Encode()
	t.Hash = hash(text)
	err := r.gate.Do(ctx, actor, audit.InitialTokenCreate, target(t.ID), func(ctx context.Context) (audit.Changes, error) {
		return audit.Diff(nil, t.record()), r.store.AddInitialToken(ctx, t)
	})
	return t, text, err
}

// List pages through the tokens, the oldest first.
func (r *InitialTokens) List(ctx context.Context, after provider.ID, limit int) ([]InitialToken, error) {
	return r.store.InitialTokens(ctx, after, limit)
}

// Get returns a token. It returns provider.ErrNotFound.
func (r *InitialTokens) Get(ctx context.Context, id provider.ID) (*InitialToken, error) {
	return r.store.InitialToken(ctx, id)
}

// Revoke ends a token. Clients that registered with it stay. It returns provider.ErrNotFound for one that is
// unknown or was revoked, and audit.ErrForbidden.
func (r *InitialTokens) Revoke(ctx context.Context, actor audit.Actor, id provider.ID) error {
	return r.gate.Do(ctx, actor, audit.InitialTokenRevoke, target(id), func(ctx context.Context) (audit.Changes, error) {
		return nil, r.store.RevokeInitialToken(ctx, id, r.clock.Now(ctx))
	})
}

func target(id provider.ID) audit.Target {
	return audit.Target{Type: audit.InitialToken, ID: id.String()}
}

func (t *InitialToken) record() map[string]any {
	values := map[string]any{"expires_at": t.ExpiresAt, "max_uses": t.MaxUses}
	for name, list := range map[string][]string{"scopes": t.Scopes, "redirect_hosts": t.Hosts, "audience": t.Audience} {
		if len(list) > 0 {
			values[name] = list
		}
	}
	if t.Label != "" {
		values["label"] = t.Label
	}
	if t.Vouches {
		values["verified"] = true
	}
	return values
}

func (t *InitialToken) problems(lifetime time.Duration) (problems []client.Problem) {
	add := func(field string, wrong *fault.Fault) {
		problems = append(problems, client.Problem{Field: field, Fault: wrong})
	}
	if len(t.Label) > maxLabel {
		add("label", fault.New(fault.Long, "bytes", maxLabel))
	} else if wrong := provider.TextFault(t.Label); wrong != nil {
		add("label", wrong)
	}
	if lifetime < time.Minute || lifetime > MaxLifetime {
		add("lifetime", LifetimeFault())
	}
	if t.MaxUses < 0 || t.MaxUses > maxUses {
		add("max_uses", UsesFault())
	}
	check := func(field string, list []string, wrong func(value string) *fault.Fault) {
		for _, value := range list {
			if fault := wrong(value); fault != nil {
				add(field, fault)
				break
			}
		}
		if len(list) > maxTerms {
			add(field, fault.New(fault.Terms, "most", maxTerms))
		}
	}
	check("scopes", t.Scopes, scopeFault)
	check("redirect_hosts", t.Hosts, hostFault)
	check("audience", t.Audience, audienceFault)
	return problems
}

// LifetimeFault is that of a lifetime that a token cannot have.
func LifetimeFault() *fault.Fault {
	return fault.New(fault.TokenLifetime, "days", int(MaxLifetime/(24*time.Hour)))
}

// UsesFault is that of a number of clients that a token cannot have.
func UsesFault() *fault.Fault { return fault.New(fault.Uses, "most", maxUses) }

func scopeFault(name string) *fault.Fault {
	switch {
	case !client.ValidScope(name):
		return fault.New(fault.Scope, "value", strconv.Quote(name))
	case audit.Reserved(name):
		return fault.New(fault.ScopeReserved)
	default:
		return nil
	}
}

func hostFault(host string) *fault.Fault {
	if host == "" || len(host) > 253 || strings.ContainsAny(host, " /:@?#*") {
		return fault.New(fault.Host, "value", strconv.Quote(host))
	}
	return nil
}

func audienceFault(value string) *fault.Fault {
	if value == "" || len(value) > maxAudience || strings.Contains(value, " ") {
		return fault.New(fault.Audience, "value", strconv.Quote(value), "most", maxAudience)
	}
	return nil
}

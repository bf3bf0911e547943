package registration

import (
	"context"
	"io"
	"slices"
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
	add := func(field, message string) {
		problems = append(problems, client.Problem{Field: field, Fault: fault.Plain(message)})
	}
	if len(t.Label) > maxLabel {
		add("label", "must have at most 200 bytes")
	} else if wrong := provider.TextFault(t.Label); wrong != nil {
		problems = append(problems, client.Problem{Field: "label", Fault: wrong})
	}
	if lifetime < time.Minute || lifetime > MaxLifetime {
		add("lifetime", "must be from a minute to 400 days")
	}
	if t.MaxUses < 0 || t.MaxUses > maxUses {
		add("max_uses", "must be from 0, for any number, to 100000")
	}
	if slices.ContainsFunc(t.Scopes, func(s string) bool { return !client.ValidScope(s) || audit.Reserved(s) }) {
		add("scopes", "must be names of scopes, and none of management")
	}
	if slices.ContainsFunc(t.Hosts, func(h string) bool { return h == "" || len(h) > 253 || strings.ContainsAny(h, " /:@?#*") }) {
		add("redirect_hosts", "must be host names, without a port")
	}
	if slices.ContainsFunc(t.Audience, func(a string) bool { return a == "" || len(a) > 500 || strings.Contains(a, " ") }) {
		add("audience", "must have 1 to 500 bytes and no spaces")
	}
	for name, list := range map[string][]string{"scopes": t.Scopes, "redirect_hosts": t.Hosts, "audience": t.Audience} {
		if len(list) > maxTerms {
			add(name, "must have at most 50")
		}
	}
	return problems
}

package registration_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

type fixture struct {
	t        testing.TB
	now      atomic.Pointer[time.Time]
	store    *storage.Store
	gate     *audit.Gate
	ring     *keyring.Ring
	clients  *client.Registry
	tokens   *registration.InitialTokens
	domain   registration.Domain
	settings registration.Settings
	keys     map[string]client.KeySet // by jwks_uri
	changes  changes
}

// changes are the limit of changes: of no client until it has to wait.
type changes struct{ wait time.Duration }

func (c *changes) Take(context.Context, string) (time.Duration, error) { return c.wait, nil }

const issuer, endpoint = "https://id.example.com", "https://id.example.com/oauth/register"

func newFixture(t *testing.T) *fixture {
	t.Helper()
	t.Parallel()
	return fixtureOn(t, storagetest.SQLite)
}

func fixtureOn(t testing.TB, open func(t testing.TB, clock provider.Clock) *storage.Store) *fixture {
	t.Helper()
	f := &fixture{t: t, keys: map[string]client.KeySet{}}
	f.setTime(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	clock := func() time.Time { return *f.now.Load() }
	f.store = open(t, clock)
	f.gate = audit.NewGate(f.store, f.store, (*event.Bus)(nil), clock, rand.Reader)
	ring, err := keyring.Open(t.Context(), f.store, f.gate, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	f.ring = ring
	secrets := client.NewSecrets(password.New(rand.Reader, 2), ring.Key(keyring.ClientSecret), rand.Reader)
	f.clients = client.NewRegistry(f.store, f.gate, secrets, clock, rand.Reader)
	f.tokens = registration.NewInitialTokens(f.store, f.gate, clock, rand.Reader)
	f.domain = registration.Domain{
		Store: f.store, Tokens: f.store, Clients: f.clients.ForItself(f.store), Secrets: secrets, Keys: f, Successor: ring.Key(keyring.Registration),
		Transactions: f.store, Changes: &f.changes, Events: (*event.Bus)(nil), Clock: clock, Random: rand.Reader,
	}
	f.settings = registration.Settings{
		Mode: registration.Open, Endpoint: endpoint, Issuer: issuer, Brand: "Example ID",
		Scopes: []string{"openid", "profile", "email", "tools"}, Audience: []string{"https://mcp.example.com/mcp"}, TokenFormat: client.JWT,
		GrantTypes: []string{"authorization_code", "refresh_token"}, ResponseTypes: []string{"code"},
		AuthMethods: []string{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"},
		Unused:      24 * time.Hour, Idle: 30 * 24 * time.Hour, Most: 100,
	}
	return f
}

func (f *fixture) setTime(at time.Time)    { f.now.Store(&at) }
func (f *fixture) advance(d time.Duration) { f.setTime(f.now.Load().Add(d)) }

// Keys is part of the domain: the keys of issuers.
func (f *fixture) Keys(_ context.Context, c *client.Client, _ string) (client.KeySet, error) {
	if c.JWKS != "" {
		return client.ParseKeySet([]byte(c.JWKS))
	}
	keys, ok := f.keys[c.JWKSURI]
	if !ok {
		return nil, errors.New("not reachable")
	}
	return keys, nil
}

func (f *fixture) registry() *registration.Registry { return registration.New(f.settings, f.domain) }

// body is a request for a usual client, with changes; nil takes a property away.
func body(changes map[string]any) []byte {
	asked := map[string]any{"client_name": "Notes", "redirect_uris": []string{"https://notes.example/cb"}}
	maps.Copy(asked, changes)
	maps.DeleteFunc(asked, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(asked)
	if err != nil {
		panic(err)
	}
	return text
}

func (f *fixture) register(changes map[string]any) *registration.Information {
	f.t.Helper()
	made, err := f.registry().Register(f.t.Context(), registration.Request{Body: body(changes)})
	require.NoError(f.t, err)
	return made
}

func (f *fixture) refused(err error) *refusal.Refusal {
	f.t.Helper()
	var r *refusal.Refusal
	require.ErrorAs(f.t, err, &r)
	require.Less(f.t, r.HTTPStatus(), 500+4)
	return r
}

func (f *fixture) operator() audit.Actor {
	return audit.Actor{Kind: audit.OperatingSystemUser, ID: "root"}
}

func (f *fixture) user(name string) *account.User {
	f.t.Helper()
	users := account.NewRegistry(f.store, f.gate, password.New(rand.Reader, 2), nil, (*event.Bus)(nil), f.domain.Clock, rand.Reader)
	u := &account.User{Username: name}
	require.NoError(f.t, users.Create(f.t.Context(), f.operator(), u, "through-the-glass"))
	return u
}

// properties is the answer as the client reads it.
func properties(t testing.TB, i *registration.Information) map[string]any {
	t.Helper()
	text, err := json.Marshal(i.Properties())
	require.NoError(t, err)
	var read map[string]any
	require.NoError(t, json.Unmarshal(text, &read))
	return read
}

package passkey_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

const (
	issuer  = "https://id.example.com"
	related = "https://shop.example"
)

// fixture is a registry on a database, with a user who has an authenticator.
type fixture struct {
	*passkey.Registry

	store         *storage.Store
	now           time.Time
	user          *account.User
	authenticator *passkeytest.Authenticator

	mu     sync.Mutex
	events []event.Event
	told   []notify.Message

	links atomic.Int64 // that undo something

	recoveryCodes []string
	noCodes       error

	statements atomic.Int64
}

func newFixture(t *testing.T, changes ...func(*passkey.Config)) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), authenticator: passkeytest.New(issuer)}
	clock := provider.Clock(func() time.Time { return f.now })
	var err error
	f.store, err = storage.Open(t.Context(), storage.Options{
		URL: storagetest.SQLiteURL(t), Clock: clock, Log: slog.New(slog.DiscardHandler),
		Statements: func(ctx context.Context, _ string) (context.Context, func(error)) {
			f.statements.Add(1)
			return ctx, func(error) {}
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.store.Close() })
	events := event.NewBus(func(_ context.Context, e event.Event) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.events = append(f.events, e)
	})
	config := passkey.Config{Issuer: issuer, DisplayName: "Example"}
	for _, change := range changes {
		change(&config)
	}
	f.Registry, err = passkey.New(config, f.store, audit.NewGate(f.store, f.store, events, clock, rand.Reader), f, f, events, clock, rand.Reader)
	require.NoError(t, err)
	f.user = f.newUser(t, "alice")
	return f
}

// Added gives recovery codes, unless it is to fail.
func (f *fixture) Added(context.Context, *account.User, provider.ID) ([]string, error) {
	return f.recoveryCodes, f.noCodes
}

// TellUndoable is Tell.
func (f *fixture) TellUndoable(ctx context.Context, u *account.User, m notify.Message) error {
	f.links.Add(1)
	return f.Tell(ctx, u, m)
}

// Tell keeps what users are told.
func (f *fixture) Tell(_ context.Context, _ *account.User, m notify.Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, m)
	return nil
}

func (f *fixture) newUser(t *testing.T, name string) *account.User {
	t.Helper()
	u := &account.User{ID: provider.NewID(f.now, rand.Reader), Username: name, Profile: account.Profile{Name: "The user " + name}, CreatedAt: f.now, UpdatedAt: f.now}
	require.NoError(t, f.store.CreateUser(t.Context(), u))
	return f.read(t, u.ID)
}

func (f *fixture) read(t *testing.T, id provider.ID) *account.User {
	t.Helper()
	u, err := f.store.User(t.Context(), id)
	require.NoError(t, err)
	return u
}

// register gives the user a passkey of the authenticator.
func (f *fixture) register(t *testing.T, changes ...passkeytest.Change) *passkey.Passkey {
	t.Helper()
	p, err := f.create(t, changes...)
	require.NoError(t, err)
	return p
}

func (f *fixture) create(t *testing.T, changes ...passkeytest.Change) (*passkey.Passkey, error) {
	t.Helper()
	options, c, err := f.Creation(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Create(options, changes...)
	require.NoError(t, err)
	p, _, err := f.Create(t.Context(), f.user, through(t, c), response, "", provider.ID{})
	return p, err
}

// through is a ceremony that was in a page.
func through(t *testing.T, c passkey.Ceremony) passkey.Ceremony {
	t.Helper()
	text, err := json.Marshal(c)
	require.NoError(t, err)
	var back passkey.Ceremony
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, c, back)
	return back
}

// signIn is a sign-in with the authenticator.
func (f *fixture) signIn(t *testing.T, changes ...passkeytest.Change) (*account.User, []string, error) {
	t.Helper()
	c, response := f.asserted(t, changes...)
	return f.VerifySignIn(t.Context(), c, response)
}

func (f *fixture) asserted(t *testing.T, changes ...passkeytest.Change) (passkey.Ceremony, []byte) {
	t.Helper()
	options, c, err := f.SignIn(t.Context())
	require.NoError(t, err)
	response, err := f.authenticator.Assert(options, changes...)
	require.NoError(t, err)
	return through(t, c), response
}

// prove is a proof of the user with the authenticator.
func (f *fixture) prove(t *testing.T, changes ...passkeytest.Change) ([]string, error) {
	t.Helper()
	options, c, err := f.Proof(t.Context(), f.user)
	require.NoError(t, err)
	response, err := f.authenticator.Assert(options, changes...)
	require.NoError(t, err)
	return f.VerifyProof(t.Context(), f.user, through(t, c), response)
}

// records counts those of an action.
func (f *fixture) records(t *testing.T, action audit.Action) int {
	t.Helper()
	found, err := f.store.Records(t.Context(), audit.Filter{Actions: []audit.Action{action}}, 100)
	require.NoError(t, err)
	return len(found)
}

// messages counts those of a kind.
func (f *fixture) messages(kind notify.Kind) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.told {
		if m.Kind == kind {
			n++
		}
	}
	return n
}

// published counts events like one.
func (f *fixture) published(e event.Event) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, have := range f.events {
		if have == e {
			n++
		}
	}
	return n
}

// assertRefused checks why something was refused.
func assertRefused(t *testing.T, why passkey.Reason, err error) {
	t.Helper()
	var because *passkey.Refused
	if assert.ErrorAs(t, err, &because) {
		assert.Equal(t, why, because.Reason)
	}
}

// attestation has makers attest passkeys of a model.
func attestation(t *testing.T, maker *passkeytest.Maker, models ...[16]byte) func(*passkey.Config) {
	t.Helper()
	makers := x509.NewCertPool()
	require.True(t, makers.AppendCertsFromPEM(maker.PEM()))
	return func(c *passkey.Config) { c.Attestation, c.Models, c.Makers = true, models, makers }
}

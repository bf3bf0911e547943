package storagetest

import (
	"crypto/rand"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// passkeys are the passkeys of people, over the database of the fixture.
type passkeys struct {
	*passkey.Registry

	people *selfService
}

func (f *fixture) passkeys(t *testing.T, s *selfService) *passkeys {
	t.Helper()
	gate := audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader)
	registry, err := passkey.New(passkey.Config{Issuer: "https://id.example.com"}, f.Store, gate, s.registry, f.factorsOf(t, s), event.NewBus(), f.clock, rand.Reader)
	require.NoError(t, err)
	return &passkeys{registry, s}
}

// register gives a user a passkey of a new authenticator.
func (p *passkeys) register(t *testing.T, u *account.User) (*passkeytest.Authenticator, *passkey.Passkey) {
	t.Helper()
	a, c, response := p.created(t, u)
	created, _, err := p.Create(t.Context(), u, c, response, "Blue key", provider.ID{})
	require.NoError(t, err)
	return a, created
}

// created is what a new authenticator answers.
func (p *passkeys) created(t *testing.T, u *account.User) (*passkeytest.Authenticator, passkey.Ceremony, []byte) {
	t.Helper()
	a := passkeytest.New("https://id.example.com")
	options, c, err := p.Creation(t.Context(), u)
	require.NoError(t, err)
	response, err := a.Create(options)
	require.NoError(t, err)
	return a, c, response
}

func (p *passkeys) asserted(t *testing.T, a *passkeytest.Authenticator, changes ...passkeytest.Change) (passkey.Ceremony, []byte) {
	t.Helper()
	options, c, err := p.SignIn(t.Context())
	require.NoError(t, err)
	response, err := a.Assert(options, changes...)
	require.NoError(t, err)
	return c, response
}

// Of any number of replays of a response one is accepted, and none is taken for a copy of the authenticator. A copy
// is told to the owner.
func testPasskeyReplays(t *testing.T, f *fixture) {
	ctx := t.Context()
	p := f.passkeys(t, f.selfService(t, nil))
	u := f.user(t, "alice")
	a, _ := p.register(t, u)
	a.Counts = true
	c, response := p.asserted(t, a)
	var accepted atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			_, _, err := p.VerifySignIn(ctx, c, response)
			if err == nil {
				accepted.Add(1)
				return
			}
			var why *passkey.Refused
			if assert.ErrorAs(t, err, &why) {
				assert.Equal(t, passkey.Replayed, why.Reason)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, accepted.Load())
	assert.Empty(t, p.people.recipients(t, notify.PasskeyCloned))

	c, response = p.asserted(t, a, func(r *passkeytest.Response) { r.Counter = 1 })
	for range 20 {
		group.Go(func() {
			_, _, err := p.VerifySignIn(ctx, c, response)
			assert.Error(t, err)
		})
	}
	group.Wait()
	assert.Len(t, p.people.recipients(t, notify.PasskeyCloned), 1, "once for each response")
	assert.Len(t, p.people.recipients(t, notify.FactorAdded), 1)
}

// A sign-in with a passkey that is removed meanwhile ends without a session.
func testPasskeyRemovalRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	p := f.passkeys(t, f.selfService(t, nil))
	for range 20 {
		u := f.user(t, "alice-"+f.newID().String()[24:])
		a, created := p.register(t, u)
		c, response := p.asserted(t, a)
		var signedIn *account.User
		var group sync.WaitGroup
		group.Go(func() {
			found, _, err := p.VerifySignIn(ctx, c, response)
			if err == nil {
				signedIn = found
				return
			}
			var why *passkey.Refused
			assert.ErrorAs(t, err, &why)
		})
		group.Go(func() { assert.NoError(t, p.Remove(ctx, u, created.ID, provider.ID{})) })
		group.Wait()
		if signedIn != nil {
			require.ErrorIs(t, f.CreateSession(ctx, f.newSession(signedIn)), provider.ErrStale)
		}
		assert.Empty(t, u.Factors)
	}
}

// The first factor comes with recovery codes, also when it is a passkey, and a further one with none.
func testPasskeyWithRecoveryCodes(t *testing.T, f *fixture) {
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := f.user(t, "alice")
	for _, n := range []int{10, 0} {
		_, c, response := p.created(t, u)
		_, codes, err := p.Create(t.Context(), u, c, response, "", provider.ID{})
		require.NoError(t, err)
		assert.Len(t, codes, n)
		for _, code := range codes[:min(n, 1)] {
			require.NoError(t, s.recover(t.Context(), u, code))
		}
	}
	of, err := s.Of(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, 9, of.RecoveryCodes)
}

// Recovery codes stand in for a factor of either kind, and a reset removes the factors of all kinds.
func testPasskeysAndOtherFactors(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := f.user(t, "alice")
	secret, codes := s.setUp(t, u)
	_, created := p.register(t, u)
	assert.Equal(t, []string{factor.Passkey, factor.TOTP}, u.Factors)
	require.NoError(t, s.RemoveTOTP(ctx, u, provider.ID{}))
	assert.Equal(t, []string{factor.Passkey}, u.Factors)
	require.NoError(t, s.recover(ctx, u, codes[0]), "a factor remains")
	require.NoError(t, p.Remove(ctx, u, created.ID, provider.ID{}))
	require.ErrorIs(t, s.recover(ctx, u, codes[1]), factor.ErrCode, "none does")

	_, err := s.SetUpTOTP(ctx, u, secret, factortest.Code(secret, f.clock()), provider.ID{})
	require.NoError(t, err)
	a, _ := p.register(t, u)
	require.NoError(t, s.Reset(ctx, audit.BackgroundJob("test"), u.ID))
	now, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Empty(t, now.Factors)
	list, err := p.Of(ctx, u.ID)
	require.NoError(t, err)
	assert.Empty(t, list)
	c, response := p.asserted(t, a)
	_, _, err = p.VerifySignIn(ctx, c, response)
	require.Error(t, err)
}

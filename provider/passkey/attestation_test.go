package passkey_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

func newMaker(t *testing.T) *passkeytest.Maker {
	t.Helper()
	m, err := passkeytest.NewMaker("Maker")
	require.NoError(t, err)
	return m
}

// What the maker attests is told by the methods (RFC 8176), and whether the key can leave the authenticator.
func TestAttestation(t *testing.T) {
	t.Parallel()
	maker, model := newMaker(t), [16]byte{1, 2, 3}
	f := newFixture(t, attestation(t, maker, [16]byte{9}, model))
	f.authenticator.Maker, f.authenticator.Model = maker, model
	p := f.register(t)
	assert.True(t, p.Attested)
	assert.True(t, p.Hardware)
	assert.Equal(t, []string{factor.HardwareKey, factor.Passkey}, f.user.Factors)
	_, methods, err := f.signIn(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"hwk", "user", "mfa"}, methods)
	require.NoError(t, f.Remove(t.Context(), f.user, p.ID, provider.ID{}))
	assert.Empty(t, f.user.Factors)

	f.authenticator.Keys = nil
	f.authenticator.Flags |= passkeytest.BackupEligible
	p = f.register(t)
	assert.True(t, p.Attested)
	assert.False(t, p.Hardware)
	assert.Equal(t, []string{factor.Passkey}, f.user.Factors)
	methods, err = f.prove(t)
	require.NoError(t, err)
	assert.Equal(t, []string{"swk", "user", "mfa"}, methods)
}

// What counts as hardware must not leave it. Only who has the passkey is told.
func TestHardwareThatMayBeBackedUp(t *testing.T) {
	t.Parallel()
	maker, model := newMaker(t), [16]byte{1, 2, 3}
	f := newFixture(t, attestation(t, maker, model))
	f.authenticator.Maker, f.authenticator.Model = maker, model
	f.register(t)
	eligible := func(r *passkeytest.Response) { r.Flags |= passkeytest.BackupEligible }
	_, _, err := f.signIn(t, eligible)
	assertRefused(t, passkey.Altered, err)
	_, err = f.prove(t, eligible)
	assertRefused(t, passkey.Altered, err)
	_, _, err = f.signIn(t, eligible, func(r *passkeytest.Response) { r.Signed = flipped })
	assertRefused(t, passkey.WrongSignature, err)
	_, _, err = f.signIn(t)
	require.NoError(t, err)
}

func TestAttestationRefuses(t *testing.T) {
	t.Parallel()
	maker, model := newMaker(t), [16]byte{1, 2, 3}
	for name, test := range map[string]struct {
		change func(a *passkeytest.Authenticator)
		why    passkey.Reason
	}{
		"none":              {func(a *passkeytest.Authenticator) { a.Maker = nil }, passkey.Unattested},
		"of the passkey":    {func(a *passkeytest.Authenticator) { a.Maker, a.SelfAttested = nil, true }, passkey.Unattested},
		"of another maker":  {func(a *passkeytest.Authenticator) { a.Maker = newMaker(t) }, passkey.Unattested},
		"of another model":  {func(a *passkeytest.Authenticator) { a.Model[0]++ }, passkey.WrongModel},
		"wrongly signed":    {func(a *passkeytest.Authenticator) { a.Attested = flipped }, passkey.Unattested},
		"of no known model": {func(a *passkeytest.Authenticator) { a.Model = [16]byte{} }, passkey.WrongModel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, attestation(t, maker, model))
			f.authenticator.Maker, f.authenticator.Model = maker, model
			test.change(f.authenticator)
			_, err := f.create(t)
			assertRefused(t, test.why, err)
		})
	}
}

// Where attestation is not asked for it counts for nothing: browsers would not send it.
func TestAttestationThatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Maker = newMaker(t)
	p := f.register(t)
	assert.False(t, p.Attested)
	assert.False(t, p.Hardware)
}

// Without the certificates of makers an attestation says nothing.
func TestAttestationNeedsMakers(t *testing.T) {
	t.Parallel()
	complete := passkey.Config{Issuer: issuer}
	attestation(t, newMaker(t), [16]byte{1})(&complete)
	_, err := passkey.New(complete, nil, nil, nil, nil, nil, nil, rand.Reader)
	require.NoError(t, err)
	for name, remove := range map[string]func(c *passkey.Config){
		"makers": func(c *passkey.Config) { c.Makers = nil }, "models": func(c *passkey.Config) { c.Models = nil },
	} {
		c := complete
		remove(&c)
		_, err := passkey.New(c, nil, nil, nil, nil, nil, nil, rand.Reader)
		require.Error(t, err, name)
	}
}

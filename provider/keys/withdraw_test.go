package keys_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func TestWithdrawnKeyIsGoneAtOnceAndAnotherSigns(t *testing.T) {
	f := newFixture(t, keys.ES256)
	before, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	leaked := kidOf(t, before)
	assert.False(t, f.SignedByWithdrawn(before))

	successor, err := f.Withdraw(t.Context(), audittest.Operator(), leaked)
	require.NoError(t, err)
	assert.Equal(t, map[string]keys.State{successor: keys.Active}, f.states(t))
	assert.Empty(t, publishedKey(t, f, leaked))
	_, err = f.Verify(t.Context(), before, "at+jwt", keys.ES256)
	require.ErrorIs(t, err, keys.ErrInvalidJWT)
	after, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	assert.Equal(t, successor, kidOf(t, after))
	assert.True(t, f.SignedByWithdrawn(before))
	for _, text := range []string{after, "", "gh_at_x", "a.b.c", "e30.e30.x"} {
		assert.False(t, f.SignedByWithdrawn(text), text)
	}

	records := f.log.Records()
	last := records[len(records)-1]
	assert.Equal(t, audit.KeyWithdraw, last.Action)
	assert.Equal(t, audit.Target{Type: audit.SigningKey, ID: leaked}, last.Target)
	assert.Equal(t, successor, last.Changes["successor"].After)

	for _, kid := range []string{leaked, "never was"} {
		_, err = f.Withdraw(t.Context(), audittest.Operator(), kid)
		require.ErrorIs(t, err, provider.ErrNotFound)
	}
	assert.Len(t, f.log.Records(), len(records), "what was not done is not recorded")
	_, err = f.Withdraw(t.Context(), audit.Actor{}, successor)
	require.ErrorIs(t, err, audit.ErrForbidden)
	assert.Contains(t, f.states(t), successor)
}

func publishedKey(t *testing.T, f *fixture, kid string) []any {
	t.Helper()
	var found []any
	document := published(t, f.Manager)
	for _, k := range document.Key(kid) {
		found = append(found, k)
	}
	return found
}

// A pending key has been published for some time, so it is better than a new one that clients do
// not have.
func TestPendingKeyReplacesAWithdrawnOne(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.EdDSA)
	first := f.store.rows[0].KID
	next, err := f.Rotate(t.Context(), audittest.Operator(), keys.ES256, f.now.Add(time.Hour))
	require.NoError(t, err)
	later, err := f.Rotate(t.Context(), audittest.Operator(), keys.ES256, f.now.Add(2*time.Hour))
	require.NoError(t, err)

	successor, err := f.Withdraw(t.Context(), audittest.Operator(), later.KID)
	require.NoError(t, err)
	assert.Empty(t, successor, "it was not active yet")
	assert.Equal(t, keys.Active, f.states(t)[first])
	successor, err = f.Withdraw(t.Context(), audittest.Operator(), first)
	require.NoError(t, err)
	assert.Equal(t, next.KID, successor)
	assert.Equal(t, keys.Active, f.states(t)[next.KID])
	assert.Len(t, f.states(t), 2, "and that of another algorithm")
}

// The file that GATEHOUSE_PRIVATE_KEY_PATH names stays in place after a rotation.
func TestFormerKeyIsNotImportedAgain(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	file := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})

	for name, end := range map[string]func(t *testing.T, f *fixture, kid string){
		"rotated away": func(t *testing.T, f *fixture, kid string) {
			t.Helper()
			_, err := f.Rotate(t.Context(), audittest.Operator(), keys.EdDSA, f.now)
			require.NoError(t, err)
			f.now = f.now.Add(keys.Overlap)
			f.store.remove(kid, f.now)
		},
		"withdrawn": func(t *testing.T, f *fixture, kid string) {
			t.Helper()
			_, err := f.Withdraw(t.Context(), audittest.Operator(), kid)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			require.NoError(t, f.Provide(t.Context(), audittest.Operator(), file, nil))
			require.NoError(t, f.Provide(t.Context(), audittest.Operator(), file, nil), "at the next start")
			kid := f.store.rows[0].KID
			end(t, f, kid)

			err := f.Provide(t.Context(), audittest.Operator(), file, nil)
			require.ErrorIs(t, err, keys.ErrFormer)
			assert.ErrorContains(t, err, kid)
			_, err = f.Import(t.Context(), audittest.Operator(), file, f.now)
			require.ErrorIs(t, err, keys.ErrFormer)
			assert.NotContains(t, f.states(t), kid)
		})
	}
}

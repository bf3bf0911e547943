package keyring_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

func everyPurpose() []keyring.Purpose {
	return []keyring.Purpose{
		keyring.TokenHash, keyring.SessionHash, keyring.ErrorRecord,
		keyring.SigningKey, keyring.RefreshSuccessor, keyring.Flow, keyring.ClientSecret, keyring.Device, keyring.RateLimit,
		keyring.Cursor, keyring.AuditKey, keyring.Idempotency, keyring.ImportedSecret, keyring.Webhook, keyring.Verification, keyring.Factor, keyring.PairwiseSubject, keyring.Registration,
	}
}

func TestFirstOpenMakesAKeyForEachPurposeAndLaterOnesMakeNone(t *testing.T) {
	t.Parallel()
	store := &memory{}
	ring := openRing(t, store, current('a'))
	rows := store.snapshot()
	require.Len(t, rows, len(everyPurpose()))
	for _, row := range rows {
		assert.Equal(t, byte(1), row.KeyID)
		assert.Equal(t, keyring.Fingerprint(secret('a')), row.SealedBy)
		assert.Equal(t, clock(), row.ActiveFrom)
	}
	mac := ring.Key(keyring.TokenHash).MAC([]byte("token"))
	again := openRing(t, store, current('a'))
	assert.Equal(t, rows, store.snapshot())
	assert.True(t, again.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
}

func TestPurposesAreUnique(t *testing.T) {
	t.Parallel()
	ring := openRing(t, &memory{}, current('a'))
	for _, p := range everyPurpose() {
		assert.Equal(t, byte(1), ring.Key(p).CurrentID())
	}
	assert.Panics(t, func() { ring.Key("something-else") })
}

// A short secret could be found by brute force against a stolen database.
func TestShortSecretsAreRefused(t *testing.T) {
	t.Parallel()
	short := bytes.Repeat([]byte{'s'}, keyring.MinSecret-1)
	for name, secrets := range map[string]keyring.Secrets{
		"none":     {},
		"current":  {Current: short},
		"previous": {Current: secret('a'), Previous: [][]byte{secret('b'), short}},
	} {
		store := &memory{}
		_, err := keyring.Open(t.Context(), store, nil, secrets, clock, rand.Reader)
		require.ErrorIs(t, err, keyring.ErrShortSecret, name)
		assert.Empty(t, store.snapshot(), name)
	}
}

func TestWrongSecretNamesFingerprintsAndChangesNothing(t *testing.T) {
	t.Parallel()
	store := &memory{}
	openRing(t, store, current('a'))
	store.rows = store.rows[:3] // keys are missing too, and must not be added under another secret
	before := store.snapshot()

	wrong := keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('c')}}
	_, err := keyring.Open(t.Context(), store, nil, wrong, clock, rand.Reader)
	require.ErrorIs(t, err, keyring.ErrWrongSecret)
	for _, b := range []byte("abc") {
		assert.Contains(t, err.Error(), keyring.Fingerprint(secret(b)))
		assert.NotContains(t, err.Error(), string(secret(b)))
	}
	assert.Equal(t, before, store.snapshot())
}

func TestNewSecretResealsAndInvalidatesNothing(t *testing.T) {
	t.Parallel()
	store := &memory{}
	old := openRing(t, store, current('a'))
	mac := old.Key(keyring.TokenHash).MAC([]byte("token"))
	sealed := old.Key(keyring.Flow).Seal([]byte("request"))
	derived, err := old.Key(keyring.RefreshSuccessor).Derive(1, []byte("id"), 32)
	require.NoError(t, err)

	check := func(ring *keyring.Ring) {
		assert.True(t, ring.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
		assert.Equal(t, mac, ring.Key(keyring.TokenHash).MAC([]byte("token")), "key id is kept")
		plain, err := ring.Key(keyring.Flow).Open(sealed)
		require.NoError(t, err)
		assert.Equal(t, "request", string(plain))
		repeat, err := ring.Key(keyring.RefreshSuccessor).Derive(1, []byte("id"), 32)
		require.NoError(t, err)
		assert.Equal(t, derived, repeat)
	}
	check(openRing(t, store, keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}}))
	for _, row := range store.snapshot() {
		assert.Equal(t, keyring.Fingerprint(secret('b')), row.SealedBy)
		assert.Equal(t, byte(1), row.KeyID)
	}
	check(openRing(t, store, current('b')))
	_, err = keyring.Open(t.Context(), store, nil, current('a'), clock, rand.Reader)
	assert.ErrorIs(t, err, keyring.ErrWrongSecret, "the old secret no longer opens")
}

// The keys of a newer version must survive when an older version changes the secret.
func TestUnknownPurposesAreResealedToo(t *testing.T) {
	t.Parallel()
	row, err := keyring.NewRow(current('a'), "from-the-future", 1, secret('k'), clock(), rand.Reader)
	require.NoError(t, err)
	store := &memory{rows: []keyring.Row{row}}
	openRing(t, store, keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}})
	for _, row := range store.snapshot() {
		assert.Equal(t, keyring.Fingerprint(secret('b')), row.SealedBy, "%s", row.Purpose)
	}
}

func TestReplicasOpeningAnEmptyStoreAtOnceAgree(t *testing.T) {
	t.Parallel()
	const replicas = 4
	var arrived sync.WaitGroup
	arrived.Add(replicas)
	// No replica adds a key before all of them have read that there is none.
	store := &memory{firstRead: func() { arrived.Done(); arrived.Wait() }}
	rings := make([]*keyring.Ring, replicas)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			var err error
			rings[i], err = keyring.Open(t.Context(), store, nil, current('a'), clock, rand.Reader)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	require.False(t, t.Failed())
	assert.Len(t, store.snapshot(), len(everyPurpose()))
	for _, p := range everyPurpose() {
		want := rings[0].Key(p).MAC([]byte("x"))
		for _, ring := range rings[1:] {
			assert.Equal(t, want, ring.Key(p).MAC([]byte("x")), "%s", p)
		}
	}
}

func TestReplicasResealingAtOnceAgree(t *testing.T) {
	t.Parallel()
	store := &memory{}
	mac := openRing(t, store, current('a')).Key(keyring.TokenHash).MAC([]byte("x"))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}}, clock, rand.Reader)
			if assert.NoError(t, err) {
				assert.True(t, ring.Key(keyring.TokenHash).VerifyMAC(mac, []byte("x")))
			}
		})
	}
	wg.Wait()
	assert.True(t, openRing(t, store, current('b')).Key(keyring.TokenHash).VerifyMAC(mac, []byte("x")))
}

func TestAlteredOrMovedRowsAreDamaged(t *testing.T) {
	t.Parallel()
	fresh := func() *memory {
		store := &memory{}
		openRing(t, store, current('a'))
		return store
	}
	for i := range fresh().rows[0].Sealed {
		store := fresh()
		store.rows[0].Sealed[i] ^= 1
		_, err := keyring.Open(t.Context(), store, nil, current('a'), clock, rand.Reader)
		require.ErrorIs(t, err, keyring.ErrDamaged, "byte %d", i)
	}
	for name, alter := range map[string]func(rows []keyring.Row){
		"swapped":  func(rows []keyring.Row) { rows[0].Sealed, rows[1].Sealed = rows[1].Sealed, rows[0].Sealed },
		"other id": func(rows []keyring.Row) { rows[0].KeyID = 2 },
		"cut":      func(rows []keyring.Row) { rows[0].Sealed = rows[0].Sealed[:10] },
		"empty":    func(rows []keyring.Row) { rows[0].Sealed = nil },
	} {
		store := fresh()
		alter(store.rows)
		_, err := keyring.Open(t.Context(), store, nil, current('a'), clock, rand.Reader)
		assert.ErrorIs(t, err, keyring.ErrDamaged, name)
	}
}

func TestRowsHoldNoKeyInClear(t *testing.T) {
	t.Parallel()
	dataKey := []byte("0123456789abcdef0123456789abcdef")
	row, err := keyring.NewRow(current('a'), keyring.TokenHash, 1, dataKey, clock(), rand.Reader)
	require.NoError(t, err)
	for i := range len(dataKey) - 4 {
		assert.NotContains(t, string(row.Sealed), string(dataKey[i:i+4]))
	}
	again, err := keyring.NewRow(current('a'), keyring.TokenHash, 1, dataKey, clock(), rand.Reader)
	require.NoError(t, err)
	assert.NotEqual(t, row.Sealed, again.Sealed, "nonces are random")
}

func TestStoreErrorsAreReturned(t *testing.T) {
	t.Parallel()
	away := errors.New("database away")
	_, err := keyring.Open(t.Context(), &memory{fail: away}, nil, current('a'), clock, rand.Reader)
	assert.ErrorIs(t, err, away)
}

func TestSecretsAndKeysDoNotPrint(t *testing.T) {
	t.Parallel()
	secrets := keyring.Secrets{Current: secret('a'), Previous: [][]byte{secret('b')}}
	key := openRing(t, &memory{}, secrets).Key(keyring.TokenHash)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "1 secret and 1 previous", fmt.Sprintf(verb, secrets))
		assert.Equal(t, "key for token-hash", fmt.Sprintf(verb, key))
	}
}

func TestFingerprintIsStableAndDistinguishesSecrets(t *testing.T) {
	t.Parallel()
	// Golden: a change would make every existing keyring look sealed by another secret.
	assert.Equal(t, "37cabfe8e028d76a", keyring.Fingerprint(secret('a')))
	assert.NotEqual(t, keyring.Fingerprint(secret('a')), keyring.Fingerprint(secret('b')))
}

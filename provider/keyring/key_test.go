package keyring_test

import (
	"bytes"
	"crypto/rand"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

func TestMACIsKeyedByPurposeAndRing(t *testing.T) {
	t.Parallel()
	ring := openRing(t, &memory{}, current('a'))
	mac := ring.Key(keyring.TokenHash).MAC([]byte("at"), []byte("token"))
	require.Len(t, mac, keyring.MACSize)
	assert.Equal(t, ring.Key(keyring.TokenHash).CurrentID(), mac[0])
	assert.True(t, ring.Key(keyring.TokenHash).VerifyMAC(mac, []byte("at"), []byte("token")))
	assert.False(t, ring.Key(keyring.SessionHash).VerifyMAC(mac, []byte("at"), []byte("token")))
	assert.False(t, newKey(t, keyring.TokenHash).VerifyMAC(mac, []byte("at"), []byte("token")), "same secret, another ring")
}

func TestMACPartsAreDelimited(t *testing.T) {
	t.Parallel()
	key := newKey(t, keyring.TokenHash)
	part := func(parts ...string) [][]byte {
		var out [][]byte
		for _, p := range parts {
			out = append(out, []byte(p))
		}
		return out
	}
	seen := map[string]bool{}
	different := [][][]byte{
		part("ab", "c"), part("a", "bc"), part("abc"), part("abc", ""), part("", "abc"), part(), part(""), part("", ""),
		part("ab\x00\x00\x00\x00\x00\x00\x00\x01c"),
	}
	for _, parts := range different {
		seen[string(key.MAC(parts...))] = true
	}
	assert.Len(t, seen, len(different))
}

func TestVerifyMACRefusesEveryAlteration(t *testing.T) {
	t.Parallel()
	key := newKey(t, keyring.TokenHash)
	mac := key.MAC([]byte("token"))
	for i := range mac { // byte 0 is the key id: an unknown one
		bad := bytes.Clone(mac)
		bad[i] ^= 1
		assert.False(t, key.VerifyMAC(bad, []byte("token")), "byte %d", i)
	}
	for _, bad := range [][]byte{nil, {}, mac[:1], mac[:32], append(bytes.Clone(mac), 0)} {
		assert.False(t, key.VerifyMAC(bad, []byte("token")), "%d bytes", len(bad))
	}
	assert.False(t, key.VerifyMAC(mac, []byte("tokem")))
	assert.False(t, key.VerifyMAC(mac))
}

func TestSealedValuesOpenForTheirPurposeAndContextOnly(t *testing.T) {
	t.Parallel()
	ring := openRing(t, &memory{}, current('a'))
	key := ring.Key(keyring.SigningKey)
	sealed := key.SealFor([]byte("row 1"), []byte("private"))
	assert.Len(t, sealed, len("private")+keyring.SealOverhead)
	assert.NotContains(t, string(sealed), "private")
	plain, err := key.OpenFor([]byte("row 1"), sealed)
	require.NoError(t, err)
	assert.Equal(t, "private", string(plain))

	_, err = key.OpenFor([]byte("row 2"), sealed)
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	_, err = key.Open(sealed)
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	_, err = ring.Key(keyring.Flow).OpenFor([]byte("row 1"), sealed)
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	_, err = newKey(t, keyring.SigningKey).OpenFor([]byte("row 1"), sealed)
	assert.ErrorIs(t, err, keyring.ErrUnsealed)
}

// Two purposes with the same data key: only the additional data separates them.
func TestPurposeIsBoundEvenUnderTheSameDataKey(t *testing.T) {
	t.Parallel()
	store := &memory{}
	for _, p := range []keyring.Purpose{keyring.Flow, keyring.ErrorRecord} {
		row, err := keyring.NewRow(current('a'), p, 1, secret('k'), clock(), rand.Reader)
		require.NoError(t, err)
		require.NoError(t, store.AddDataKey(t.Context(), row))
	}
	ring := openRing(t, store, current('a'))
	_, err := ring.Key(keyring.ErrorRecord).Open(ring.Key(keyring.Flow).Seal([]byte("x")))
	assert.ErrorIs(t, err, keyring.ErrUnsealed)
}

func TestOpenRefusesEveryAlteration(t *testing.T) {
	t.Parallel()
	key := newKey(t, keyring.Flow)
	sealed := key.Seal([]byte("request"))
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x80
		_, err := key.Open(bad)
		require.ErrorIs(t, err, keyring.ErrUnsealed, "byte %d", i)
		_, err = key.Open(sealed[:i])
		require.ErrorIs(t, err, keyring.ErrUnsealed, "cut to %d", i)
	}
	assert.NotEqual(t, sealed, key.Seal([]byte("request")))
	empty, err := key.Open(key.Seal(nil))
	require.NoError(t, err)
	assert.Empty(t, empty)
}

func TestSealPanicsWithoutRandomness(t *testing.T) {
	t.Parallel()
	store := &memory{}
	openRing(t, store, current('a'))
	dry, err := keyring.Open(t.Context(), store, nil, current('a'), clock, bytes.NewReader(nil))
	require.NoError(t, err)
	assert.Panics(t, func() { dry.Key(keyring.Flow).Seal(nil) })
	_, err = keyring.Open(t.Context(), &memory{}, nil, current('a'), clock, bytes.NewReader(nil))
	assert.Error(t, err)
}

func TestDeriveIsDeterministic(t *testing.T) {
	t.Parallel()
	key := newKey(t, keyring.RefreshSuccessor)
	one, err := key.Derive(key.CurrentID(), []byte("token 1"), 32)
	require.NoError(t, err)
	require.Len(t, one, 32)
	again, err := key.Derive(key.CurrentID(), []byte("token 1"), 32)
	require.NoError(t, err)
	assert.Equal(t, one, again)
	other, err := key.Derive(key.CurrentID(), []byte("token 2"), 32)
	require.NoError(t, err)
	assert.NotEqual(t, one, other)
	_, err = key.Derive(9, []byte("token 1"), 32)
	assert.ErrorIs(t, err, keyring.ErrUnknownKey)
	_, err = key.Derive(key.CurrentID(), nil, 1<<20)
	assert.Error(t, err, "more than HKDF can produce")
}

func TestNewestDataKeyMakesValuesAndAllVerify(t *testing.T) {
	t.Parallel()
	store := &memory{}
	old := openRing(t, store, current('a'))
	mac, sealed := old.Key(keyring.Flow).MAC([]byte("x")), old.Key(keyring.Flow).Seal([]byte("y"))
	derived, err := old.Key(keyring.Flow).Derive(1, nil, 16)
	require.NoError(t, err)
	second, err := keyring.NewRow(current('a'), keyring.Flow, 2, secret('2'), clock(), rand.Reader)
	require.NoError(t, err)
	store.rows = append([]keyring.Row{second}, store.rows...) // the order of rows does not matter

	key := openRing(t, store, current('a')).Key(keyring.Flow)
	assert.Equal(t, byte(2), key.CurrentID())
	assert.Equal(t, byte(2), key.MAC([]byte("x"))[0])
	assert.Equal(t, byte(2), key.Seal(nil)[0])
	assert.True(t, key.VerifyMAC(mac, []byte("x")))
	assert.True(t, key.VerifyMAC(key.MAC([]byte("x")), []byte("x")))
	plain, err := key.Open(sealed)
	require.NoError(t, err)
	assert.Equal(t, "y", string(plain))
	repeat, err := key.Derive(1, nil, 16)
	require.NoError(t, err)
	assert.Equal(t, derived, repeat)
}

func TestKeyIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	key := newKey(t, keyring.TokenHash)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			part := []byte{byte(i)}
			want := key.MAC(part)
			for range 200 {
				assert.Equal(t, want, key.MAC(part))
				assert.True(t, key.VerifyMAC(want, part))
				plain, err := key.Open(key.Seal(part))
				assert.NoError(t, err)
				assert.Equal(t, part, plain)
			}
		})
	}
	wg.Wait()
}

func BenchmarkMAC(b *testing.B) {
	key, kind, text := newKey(b, keyring.TokenHash), []byte("at"), bytes.Repeat([]byte{'x'}, 76)
	b.ReportAllocs()
	for b.Loop() {
		key.MAC(kind, text)
	}
}

func BenchmarkVerifyMAC(b *testing.B) {
	key, kind, text := newKey(b, keyring.TokenHash), []byte("at"), bytes.Repeat([]byte{'x'}, 76)
	mac := key.MAC(kind, text)
	b.ReportAllocs()
	for b.Loop() {
		key.VerifyMAC(mac, kind, text)
	}
}

func BenchmarkSeal(b *testing.B) {
	key, plain := newKey(b, keyring.ErrorRecord), make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		key.Seal(plain)
	}
}

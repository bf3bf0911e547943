package keyring_test

import (
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

// server is a ring with a clock that the test moves.
type server struct {
	*keyring.Ring

	at atomic.Pointer[time.Time]
}

func newServer(t *testing.T, store *memory) *server {
	t.Helper()
	s := &server{}
	s.set(clock())
	var err error
	s.Ring, err = keyring.Open(t.Context(), store, newGate(), current('a'), func() time.Time { return *s.at.Load() }, rand.Reader)
	require.NoError(t, err)
	return s
}

func (s *server) set(at time.Time) { s.at.Store(&at) }

func (s *server) advance(d time.Duration) { s.set(s.at.Load().Add(d)) }

func TestRotationInvalidatesNothing(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newServer(t, store)
	key := s.Key(keyring.TokenHash)
	mac := key.MAC([]byte("token"))
	sealed := s.Key(keyring.Flow).Seal([]byte("request"))
	derived, err := s.Key(keyring.RefreshSuccessor).Derive(1, []byte("id"), 32)
	require.NoError(t, err)

	require.NoError(t, s.Rotate(t.Context(), audittest.Operator(), clock().Add(keyring.Ahead)))
	assert.Len(t, store.snapshot(), 2*len(everyPurpose())-1, "pairwise subjects keep their key")
	assert.Equal(t, byte(1), key.CurrentID(), "not used yet")
	assert.Equal(t, mac, key.MAC([]byte("token")))
	assert.Equal(t, []byte{2, 1}, key.IDs())
	s.advance(keyring.Ahead)
	for _, p := range everyPurpose() {
		if p != keyring.PairwiseSubject {
			assert.Equal(t, byte(2), s.Key(p).CurrentID(), p)
		}
	}
	assert.NotEqual(t, mac[1:], key.MAC([]byte("token"))[1:])
	assert.True(t, key.VerifyMAC(mac, []byte("token")))
	plain, err := s.Key(keyring.Flow).Open(sealed)
	require.NoError(t, err)
	assert.Equal(t, "request", string(plain))
	assert.True(t, s.Key(keyring.Flow).Stale(sealed))
	assert.False(t, s.Key(keyring.Flow).Stale(s.Key(keyring.Flow).Seal(nil)))
	again, err := s.Key(keyring.RefreshSuccessor).Derive(1, []byte("id"), 32)
	require.NoError(t, err)
	assert.Equal(t, derived, again)

	// The next start, with another secret: the keys stay the same.
	ring, err := keyring.Open(t.Context(), store, newGate(), keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}}, func() time.Time { return *s.at.Load() }, rand.Reader)
	require.NoError(t, err)
	assert.Equal(t, byte(2), ring.Key(keyring.TokenHash).CurrentID())
	assert.True(t, ring.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
}

// What must never change is derived from a data key that is never replaced, whatever is rotated.
func TestPermanentValuesOutliveEveryRotation(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newServer(t, store)
	before, err := s.Key(keyring.PairwiseSubject).Permanent([]byte("id"), 32)
	require.NoError(t, err)
	require.NoError(t, s.Rotate(t.Context(), audittest.Operator(), clock()))
	s.advance(2000 * 24 * time.Hour)
	_, err = s.Retire(t.Context(), audittest.Operator())
	require.NoError(t, err)
	ring, err := keyring.Open(t.Context(), store, newGate(), keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}}, clock, rand.Reader)
	require.NoError(t, err)
	for _, r := range []*keyring.Ring{s.Ring, ring} {
		after, err := r.Key(keyring.PairwiseSubject).Permanent([]byte("id"), 32)
		require.NoError(t, err)
		assert.Equal(t, before, after)
	}
	assert.Panics(t, func() { _, _ = s.Key(keyring.TokenHash).Permanent([]byte("id"), 32) }, "its data keys are replaced")
}

// A value that another server made with a key that this one has not read yet is never refused.
func TestUnknownKeyIsLookedUp(t *testing.T) {
	t.Parallel()
	store := &memory{}
	lagging, rotating := newServer(t, store), newServer(t, store)
	require.NoError(t, rotating.Rotate(t.Context(), audittest.Operator(), clock()))
	mac := rotating.Key(keyring.TokenHash).MAC([]byte("token"))
	require.Equal(t, byte(2), mac[0])
	assert.True(t, lagging.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
}

func TestServerWithoutRefreshOpensValuesOfTheNewKey(t *testing.T) {
	t.Parallel()
	store := &memory{}
	lagging, rotating := newServer(t, store), newServer(t, store)
	require.NoError(t, rotating.Rotate(t.Context(), audittest.Operator(), clock()))
	sealed := rotating.Key(keyring.Flow).Seal([]byte("request"))
	plain, err := lagging.Key(keyring.Flow).Open(sealed)
	require.NoError(t, err)
	assert.Equal(t, "request", string(plain))
}

// While the secret is being changed, server by server, those with the old one keep working.
func TestRefreshKeepsKeysThatAnotherSecretResealed(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newServer(t, store)
	mac := s.Key(keyring.TokenHash).MAC([]byte("token"))
	next := openRing(t, store, keyring.Secrets{Current: secret('b'), Previous: [][]byte{secret('a')}})
	require.NoError(t, s.Refresh(t.Context()))
	assert.True(t, s.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))

	require.NoError(t, next.Rotate(t.Context(), audittest.Operator(), clock()))
	require.ErrorIs(t, s.Refresh(t.Context()), keyring.ErrWrongSecret)
	assert.True(t, s.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
	assert.True(t, next.Key(keyring.TokenHash).VerifyMAC(mac, []byte("token")))
}

// Made-up key ids must not cause a database read each.
func TestMadeUpKeyIDsCostAtMostOneReadPerSecond(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newServer(t, store)
	sealed := s.Key(keyring.Flow).Seal([]byte("request"))
	before := store.reads
	for id := range 200 {
		sealed[0] = byte(id + 2)
		_, err := s.Key(keyring.Flow).Open(sealed)
		require.ErrorIs(t, err, keyring.ErrUnsealed)
	}
	assert.Equal(t, 1, store.reads-before)
	s.advance(time.Second)
	_, err := s.Key(keyring.Flow).Open(sealed)
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	assert.Equal(t, 2, store.reads-before)
}

func TestKeyIsRemovedWhenAllItsValuesHaveExpired(t *testing.T) {
	t.Parallel()
	store := &memory{}
	s := newServer(t, store)
	request, session, private := s.Key(keyring.Flow).Seal(nil), s.Key(keyring.SessionHash).MAC(nil), s.Key(keyring.SigningKey).Seal(nil)
	retire := func() int {
		n, err := s.Retire(t.Context(), audittest.Operator())
		require.NoError(t, err)
		return n
	}
	s.advance(1000 * 24 * time.Hour)
	assert.Zero(t, retire(), "the only ones")
	require.NoError(t, s.Rotate(t.Context(), audittest.Operator(), *s.at.Load()))
	s.advance(23 * time.Hour)
	assert.Zero(t, retire())
	_, err := s.Key(keyring.Flow).Open(request)
	require.NoError(t, err)
	s.advance(time.Hour)
	assert.Equal(t, 5, retire(), "those whose values live for an hour at most")
	_, err = s.Key(keyring.Flow).Open(request)
	require.ErrorIs(t, err, keyring.ErrUnsealed)
	assert.True(t, s.Key(keyring.SessionHash).VerifyMAC(session, nil))

	s.advance(419 * 24 * time.Hour)
	retire()
	assert.False(t, s.Key(keyring.SessionHash).VerifyMAC(session, nil))
	_, err = s.Key(keyring.SigningKey).Open(private)
	require.NoError(t, err, "a private key does not expire")
	assert.Len(t, store.snapshot(), len(everyPurpose())+6, "those of private keys and secrets stay")
}

func TestKeyringCanBeFull(t *testing.T) {
	t.Parallel()
	last, err := keyring.NewRow(current('a'), keyring.Flow, 255, secret('k'), clock(), rand.Reader)
	require.NoError(t, err)
	s := newServer(t, &memory{rows: []keyring.Row{last}})
	require.ErrorIs(t, s.Rotate(t.Context(), audittest.Operator(), clock()), keyring.ErrFull)
	assert.Equal(t, byte(255), s.Key(keyring.Flow).CurrentID())
	assert.Equal(t, byte(1), s.Key(keyring.Device).CurrentID(), "all or nothing")
}

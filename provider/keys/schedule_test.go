package keys_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/youmark/pkcs8"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// A year of rotation in steps of seven hours, which meet other hours of each month: there is always an active key, the next one is published
// for as long as caches may last, and signatures verify until they expire.
func TestScheduleForAYear(t *testing.T) {
	const every, ahead, step = 30 * 24 * time.Hour, 24 * time.Hour, 7 * time.Hour
	f := newFixture(t, keys.ES256, keys.EdDSA)
	schedule := keys.NewSchedule(f.Manager, every, ahead)
	published := map[string]time.Time{}
	signers := map[string]bool{}
	type signed struct {
		text string
		at   time.Time
	}
	var texts []signed
	for range 365 * 24 * time.Hour / step {
		require.NoError(t, schedule.Rotate(t.Context()))
		require.NoError(t, schedule.Rotate(t.Context()), "another replica doing the same")
		listed, err := f.List(t.Context())
		require.NoError(t, err)
		active := map[keys.Algorithm]int{}
		for _, k := range listed {
			if _, known := published[k.KID]; !known {
				published[k.KID] = f.now
			}
			if k.State == keys.Active {
				active[k.Algorithm]++
				if f.now.Sub(k.CreatedAt) > 0 && k.ActiveFrom.After(k.CreatedAt) {
					assert.GreaterOrEqual(t, f.now.Sub(published[k.KID]), ahead)
				}
			}
		}
		require.Equal(t, map[keys.Algorithm]int{keys.ES256: 1, keys.EdDSA: 1}, active)
		text, err := f.Sign(t.Context(), keys.ES256, "JWT", []byte(`{}`))
		require.NoError(t, err)
		signers[kidOf(t, text)] = true
		texts = append(texts, signed{text, f.now})
		for len(texts) > 0 && f.now.Sub(texts[0].at) > 24*time.Hour {
			texts = texts[1:]
		}
		_, err = f.Verify(t.Context(), texts[0].text, "JWT", keys.ES256)
		require.NoError(t, err, "signed a day ago")
		f.now = f.now.Add(step)
	}
	assert.InDelta(t, 365/30, len(signers), 1)
}

// The operator's key signs at once when it is the first, and is not added twice.
// What the schedule announces of a key is what it then does.
func TestNextIsWhenTheSuccessorTakesOver(t *testing.T) {
	const every, ahead = 30 * 24 * time.Hour, 24 * time.Hour
	f := newFixture(t, keys.ES256)
	schedule := keys.NewSchedule(f.Manager, every, ahead)
	require.NoError(t, schedule.Rotate(t.Context()))
	listed, err := f.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 1)
	first := listed[0].Key
	announced := schedule.Next(first, f.now)
	assert.Equal(t, first.CreatedAt.Add(every), announced)

	f.now = announced.Add(-ahead)
	require.NoError(t, schedule.Rotate(t.Context()))
	listed, err = f.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 2)
	assert.Equal(t, announced, listed[1].ActiveFrom)
	assert.Equal(t, announced.Add(keys.Overlap), *listed[0].GoneAt)

	late := announced.Add(time.Hour)
	assert.Equal(t, late.Add(ahead), schedule.Next(first, late), "a schedule that did not run is caught up, after publishing")
}

func TestProvidedKeys(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	plain := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	sealed, err := pkcs8.MarshalPrivateKey(private, []byte("open sesame"), nil)
	require.NoError(t, err)
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sealed})

	f := newFixture(t)
	require.ErrorIs(t, f.Provide(t.Context(), audittest.Operator(), encrypted, []byte("wrong")), keys.ErrImport)
	require.ErrorIs(t, f.Provide(t.Context(), audittest.Operator(), encrypted, nil), keys.ErrImport)
	require.NoError(t, f.Provide(t.Context(), audittest.Operator(), encrypted, []byte("open sesame")))
	require.NoError(t, f.Provide(t.Context(), audittest.Operator(), plain, nil), "the same key")
	require.NoError(t, f.Ensure(t.Context(), audittest.Operator(), keys.RS256))
	listed, err := f.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 1)
	assert.Equal(t, keys.Active, listed[0].State)

	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	require.NoError(t, f.Provide(t.Context(), audittest.Operator(), pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(other)}), nil))
	states := f.states(t)
	assert.Len(t, states, 2)
	assert.Contains(t, []keys.State{states[listed[0].KID]}, keys.Active, "the new one is published first")
}

package verification_test

import (
	"crypto/rand"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

type fixture struct {
	*verification.Codes

	ring *keyring.Ring
	now  time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	clock := provider.Clock(func() time.Time { return f.now })
	store := storagetest.SQLite(t, clock)
	gate := audit.NewGate(store, store, event.NewBus(), clock, rand.Reader)
	var err error
	f.ring, err = keyring.Open(t.Context(), store, gate, keyring.Secrets{Current: []byte("a secret of the tests, 32 bytes at least")}, clock, rand.Reader)
	require.NoError(t, err)
	f.Codes = verification.NewCodes(store, f.ring.Key(keyring.Verification), "https://id.example.com", clock, rand.Reader)
	return f
}

func TestCodesBelongToTheirVerification(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	codes := map[string]bool{}
	for _, p := range []verification.Purpose{verification.Recovery, verification.UndoEmail, verification.NewEmail} {
		for _, address := range []string{"alice@example.com", "bob@example.com"} {
			v, err := f.Open(t.Context(), verification.Verification{Purpose: p, Address: address}, nil)
			require.NoError(t, err)
			code, link, err := f.Code(t.Context(), v.ID)
			require.NoError(t, err)
			assert.Regexp(t, `^[0-9]{8}$`, code)
			codes[code] = true
			u, err := url.Parse(link)
			require.NoError(t, err)
			assert.Equal(t, []string{"id.example.com", v.ID.String(), code}, []string{u.Host, u.Query().Get("id"), u.Query().Get("code")})
		}
	}
	assert.Len(t, codes, 6)
}

// A code that was sent stays valid when the data keys are replaced.
func TestCodesOutliveTheRotationOfKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	v, err := f.Open(t.Context(), verification.Verification{Purpose: verification.Recovery, Address: "alice@example.com"}, []byte("details"))
	require.NoError(t, err)
	before, _, err := f.Code(t.Context(), v.ID)
	require.NoError(t, err)
	require.NoError(t, f.ring.Rotate(t.Context(), audittest.Operator(), f.now))
	f.now = f.now.Add(time.Minute)
	after, _, err := f.Code(t.Context(), v.ID)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	checked, err := f.Check(t.Context(), v.ID, before, verification.Recovery)
	require.NoError(t, err)
	details, err := f.Details(checked)
	require.NoError(t, err)
	assert.Equal(t, "details", string(details))
	newer, err := f.Open(t.Context(), verification.Verification{Purpose: verification.Recovery, Address: "alice@example.com"}, nil)
	require.NoError(t, err)
	assert.NotEqual(t, v.KeyID, newer.KeyID)
}

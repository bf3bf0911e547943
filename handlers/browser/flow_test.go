package browser

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// plainRequests have no request object.
type plainRequests struct{ authorizeEndpoint }

func (plainRequests) Unfold(_ context.Context, form url.Values) (oauth.Parameters, *oauth.AuthorizeRequest, error) {
	return oauth.Parameters{Form: form}, nil, nil
}

// A flow opens in the browser it was made for, unchanged, and for an hour: otherwise an attacker
// could have a victim finish the attacker's flow.
func TestFlowsOpenInTheirBrowserForAnHour(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	store := storagetest.SQLite(t, clock)
	ring, err := keyring.Open(t.Context(), store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	web, err := websession.New(websession.Config{Issuer: "https://id.example", Seal: ring.Key(keyring.Flow), Clock: clock, Random: rand.Reader})
	require.NoError(t, err)
	b := New(Config{Issuer: "https://id.example", Web: web, Clock: clock, Random: rand.Reader, Authorize: plainRequests{}})

	page := httptest.NewRecorder()
	begun, err := b.begin(t.Context(), url.Values{"client_id": {"app"}, "state": {"secret-of-the-app"}})
	require.NoError(t, err)
	text, err := b.seal(page, httptest.NewRequest(http.MethodGet, "/", nil), begun)
	require.NoError(t, err)
	cookies := page.Result().Cookies()
	require.Len(t, cookies, 1)
	assert.NotContains(t, cookies[0].Value, "secret", "the cookie is random (Keycloak CVE-2024-4540)")
	open := func(text string, cookies ...*http.Cookie) error {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		p, err := b.open(r, text)
		if err == nil {
			assert.Equal(t, begun, p)
		}
		return err
	}

	require.NoError(t, open(text, cookies[0]))
	other := *cookies[0]
	other.Value = "A" + other.Value[1:]
	if other.Value == cookies[0].Value {
		other.Value = "B" + other.Value[1:]
	}
	require.Error(t, open(text, &other), "another browser")
	require.Error(t, open(text), "no browser at all")
	for i := range text {
		changed := []byte(text)
		changed[i] ^= 1
		require.Error(t, open(string(changed), cookies[0]), "changed at %d", i)
	}

	now = now.Add(time.Hour)
	require.NoError(t, open(text, cookies[0]))
	now = now.Add(time.Microsecond)
	assert.Error(t, open(text, cookies[0]))
}

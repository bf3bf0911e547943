package browser

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
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
	text, err := b.seal(page, httptest.NewRequest(http.MethodGet, "/", nil), begun, oauth.Flow{})
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

	// A request that is longer than a page can send back is compressed, and refused if it is too long then.
	var claims strings.Builder
	for n := range 800 {
		fmt.Fprintf(&claims, `,"https://claims.example/%d":{"essential":true}`, n)
	}
	short := begun
	begun, err = b.begin(t.Context(), url.Values{"client_id": {"app"}, "claims": {`{"userinfo":{"name":null` + claims.String() + `}}`}})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookies[0])
	long, err := b.seal(page, r, begun, oauth.Flow{})
	require.NoError(t, err)
	assert.Greater(t, len(begun.Params), 50_000)
	require.NoError(t, open(long, cookies[0]))
	for begun.Params = ""; len(begun.Params) < 32<<10; {
		begun.Params += rand.Text()
	}
	_, err = b.seal(page, r, begun, oauth.Flow{Request: &oauth.AuthorizeRequest{RedirectURI: "https://app.example/cb"}})
	var refused *refusal.Refusal
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, refusal.CheckBodySize, refused.Check)
	var sent *redirected
	require.ErrorAs(t, err, &sent, "the application learns of it")
	begun = short

	now = now.Add(time.Hour)
	require.NoError(t, open(text, cookies[0]))
	now = now.Add(time.Microsecond)
	assert.Error(t, open(text, cookies[0]))
}

// signedRequests have their parameters in a request object.
type signedRequests struct {
	authorizeEndpoint

	unfolded int
	checked  []oauth.Parameters
}

func (s *signedRequests) Unfold(context.Context, url.Values) (oauth.Parameters, *oauth.AuthorizeRequest, error) {
	s.unfolded++
	return oauth.Parameters{Form: url.Values{"client_id": {"app"}, "state": {"inside"}}, Signed: true}, nil, nil
}

func (s *signedRequests) Check(_ context.Context, parameters oauth.Parameters) (*oauth.AuthorizeRequest, error) {
	s.checked = append(s.checked, parameters)
	return &oauth.AuthorizeRequest{}, nil
}

// What is kept between the pages is what a request object said, and never the object, which may expire or be another one
// at its URI.
func TestFlowsKeepWhatRequestObjectsSaid(t *testing.T) {
	t.Parallel()
	endpoint := &signedRequests{}
	b := New(Config{Issuer: "https://id.example", Clock: time.Now, Random: rand.Reader, Authorize: endpoint})
	begun, err := b.begin(t.Context(), url.Values{"client_id": {"app"}, "request": {"object"}, "state": {"outside"}})
	require.NoError(t, err)
	kept, err := json.Marshal(begun)
	require.NoError(t, err)
	assert.NotContains(t, string(kept), "object")
	assert.NotContains(t, string(kept), "outside")
	var later progress
	require.NoError(t, json.Unmarshal(kept, &later))
	for range 2 {
		_, err = b.request(t.Context(), later)
		require.NoError(t, err)
	}
	want := oauth.Parameters{Form: url.Values{"client_id": {"app"}, "state": {"inside"}}, Signed: true}
	assert.Equal(t, []oauth.Parameters{want, want}, endpoint.checked)
	assert.Equal(t, 1, endpoint.unfolded)
}

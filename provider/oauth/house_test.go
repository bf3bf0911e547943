package oauth_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/storage"
)

const issuer = "https://id.example.test"

var cc = []client.GrantType{client.ClientCredentials}

// house is the protocol over a real database, with a clock that the test moves.
type house struct {
	t            *testing.T
	tokens       *oauth.TokenEndpoint
	authorize    *oauth.AuthorizeEndpoint
	idTokens     *oauth.IDTokens
	codes        *grant.Codes
	store        *storage.Store
	introspector *oauth.Introspector
	revoker      *oauth.Revoker
	keys         *keys.Manager
	registry     *client.Registry
	statements   atomic.Int64
	now          atomic.Pointer[time.Time]
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := &house{t: t}
	h.advanceTo(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	clock := func() time.Time { return *h.now.Load() }
	store, err := storage.Open(t.Context(), storage.Options{
		URL: "sqlite://" + filepath.Join(t.TempDir(), "test.db") + "?_pragma=synchronous(OFF)", Clock: clock,
		Log: slog.New(slog.DiscardHandler), OnStatement: func(context.Context) { h.statements.Add(1) },
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	_, err = store.Migrate(t.Context())
	require.NoError(t, err)
	ring, err := keyring.Open(t.Context(), store, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	h.keys = keys.NewManager(store, ring.Key(keyring.SigningKey), clock, rand.Reader)
	require.NoError(t, h.keys.Ensure(t.Context(), keys.ES256, keys.EdDSA))

	secrets := client.NewSecrets(password.New(rand.Reader, 2), rand.Reader)
	h.registry = client.NewRegistry(store, store, secrets, clock, rand.Reader)
	directory := client.NewDirectory(store)
	authenticator := oauth.NewAuthenticator(directory, secrets, clock)
	hash := ring.Key(keyring.TokenHash)
	inspector := grant.NewInspector(store, hash, clock)
	tokens := grant.NewIssuer(store, hash, oauth.NewMinter(h.keys, issuer), clock, rand.Reader, time.Hour)
	h.store = store
	h.codes = grant.NewCodes(store, store, store, tokens, hash, clock, rand.Reader)
	h.idTokens = oauth.NewIDTokens(h.keys, store, issuer, clock)
	h.tokens = oauth.NewTokenEndpoint(authenticator, tokens, h.codes, h.idTokens)
	h.authorize = oauth.NewAuthorizeEndpoint(directory, store, h.codes, h.idTokens, clock)
	h.introspector = oauth.NewIntrospector(authenticator, directory, inspector, issuer)
	h.revoker = oauth.NewRevoker(authenticator, inspector)
	return h
}

func (h *house) advanceTo(at time.Time) { h.now.Store(&at) }

func (h *house) advance(d time.Duration) { h.advanceTo(h.now.Load().Add(d)) }

// client registers a client and returns its secret.
func (h *house) client(c client.Client) string {
	h.t.Helper()
	return h.clientWithSecret(c, "")
}

func (h *house) clientWithSecret(c client.Client, secret string) string {
	h.t.Helper()
	secret, err := h.registry.Create(h.t.Context(), &c, secret)
	require.NoError(h.t, err)
	return secret
}

func (h *house) issue(id, secret string, form url.Values) string {
	h.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("grant_type", "client_credentials")
	answer, err := h.tokens.Token(h.t.Context(), basic(id, secret, form))
	require.NoError(h.t, err)
	return answer.Parameters["access_token"].(string)
}

func (h *house) active(id, secret, text string) bool {
	h.t.Helper()
	got, err := h.introspector.Introspect(h.t.Context(), basic(id, secret, url.Values{"token": {text}}))
	require.NoError(h.t, err)
	return got.Active
}

// request is a form as the endpoints get it from their handlers: read already.
func request(form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Form, r.PostForm = form, form
	return r
}

func basic(id, secret string, form url.Values) *http.Request {
	r := request(form)
	r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return r
}

// assertRefused checks the code of a refusal, any when code is empty.
func assertRefused(t *testing.T, err error, code string) *refusal.Refusal {
	t.Helper()
	var r *refusal.Refusal
	require.ErrorAs(t, err, &r)
	if code != "" {
		assert.Equal(t, refusal.Code(code), r.Code, r.Error())
	}
	return r
}

package playground_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/gorilla/mux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/playground"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const issuer = "http://localhost:8080"

// fixture is the page at a server that answers everything with body.
type fixture struct {
	t       *testing.T
	handler http.Handler
	now     time.Time
	body    string
	err     error
	sent    []string
}

func (f *fixture) Do(_ context.Context, method, address string, _ http.Header, body string, maxBody int64) (outbound.Reply, error) {
	f.sent = append(f.sent, method+" "+address+" "+body)
	cut := min(int64(len(f.body)), maxBody)
	return outbound.Reply{Status: http.StatusOK, Body: []byte(f.body)[:cut], Cut: cut < int64(len(f.body))}, f.err
}

// The browser of a request is in a header.
func (f *fixture) Browser(r *http.Request) (id [sha256.Size]byte, known bool) {
	name := r.Header.Get("X-Browser")
	return sha256.Sum256([]byte(name)), name != ""
}

func (f *fixture) FormToken(http.ResponseWriter, *http.Request) string { return "proof" }

func (f *fixture) ReadForm(r *http.Request, _ func(url.Values) bool) (url.Values, error) {
	return wire.Form(r)
}

func (f *fixture) Open(string) (refusal.Record, error) {
	return refusal.Record{}, refusal.ErrUnknownID
}

func (f *fixture) Explain(refusal.Check) refusal.Entry { return refusal.Entry{} }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	set, err := pages.New(pages.Settings{Dev: true})
	require.NoError(t, err)
	f := &fixture{t: t, now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC), body: `{"access_token":"at-1","refresh_token":"rt-1"}`}
	p := playground.New(playground.Config{
		Issuer: issuer,
		Paths:  oauth.Paths{Authorization: "/authorize", Token: "/token", UserInfo: "/userinfo", Introspection: "/introspect", Revocation: "/revoke"},
		Web:    transcript.Client{ID: "web", Secret: "web-secret"}, Service: transcript.Client{ID: "service", Secret: "service-secret"}, Trusted: transcript.Client{ID: "trusted", Secret: "trusted-secret"},
		Username: "alice", Password: "wonderland",
		Server: f, Browsers: f, Records: f, Refusals: f, Pages: set,
		Clock: func() time.Time { return f.now }, Random: rand.Reader,
	})
	router := mux.NewRouter()
	for _, line := range p.Routes() {
		router.Methods(line.Methods...).Path(line.Path).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := line.Handler(w, r); err != nil {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = fmt.Fprint(w, err)
			}
		})
	}
	f.handler = router
	return f
}

func (f *fixture) send(browser, method, address, body string) *httptest.ResponseRecorder {
	f.t.Helper()
	r := httptest.NewRequestWithContext(f.t.Context(), method, address, strings.NewReader(body))
	r.Header.Set("Content-Type", wire.FormType)
	r.Header.Set("X-Browser", browser)
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w
}

func (f *fixture) open(browser, path string) string {
	f.t.Helper()
	return f.send(browser, http.MethodGet, issuer+path, "").Body.String()
}

// try does a step and returns the page.
func (f *fixture) try(browser, flow, step string) string {
	f.t.Helper()
	w := f.send(browser, http.MethodPost, issuer+"/playground/"+flow, "step="+step)
	require.Equal(f.t, http.StatusSeeOther, w.Code, w.Body)
	return f.open(browser, "/playground/"+flow)
}

// What is kept is bounded in number and in time, and forgotten on demand.
func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const most = 64
	for i := range most + 6 {
		f.now = f.now.Add(time.Second)
		assert.Contains(t, f.try(fmt.Sprint(i), "service", "token"), "at-1")
	}
	kept := 0
	for i := range most + 6 {
		if strings.Contains(f.open(fmt.Sprint(i), "/playground/service"), "at-1") {
			kept++
			assert.GreaterOrEqual(t, i, 6, "the oldest go first")
		}
	}
	assert.Equal(t, most, kept)
	f.now = f.now.Add(time.Hour - 2*time.Second)
	assert.Contains(t, f.open("69", "/playground/service"), "at-1")
	assert.NotContains(t, f.try("69", "service", "restart"), "at-1")
	f.try("68", "service", "introspect")
	f.now = f.now.Add(time.Hour - time.Second)
	assert.Contains(t, f.open("68", "/playground/service"), "at-1", "an hour after the last step")
	f.now = f.now.Add(time.Second)
	assert.NotContains(t, f.open("68", "/playground/service"), "at-1")
	w := f.send("", http.MethodPost, issuer+"/playground/service", "step=token")
	assert.Equal(t, http.StatusBadRequest, w.Code, "a browser without cookies")
	assert.NotContains(t, f.open("", "/playground/service"), "at-1")
}

// Whatever comes back, the page shows it: it is bounded, escaped, and not taken for a token.
func TestStrangeAnswersAreShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	encoded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, body := range []string{
		"", "null", "[]", "5", "{", `{"access_token":5}`, `{"access_token":{"a":[1]}}`, "<script>alert(1)</script>", "\x00\xff",
		`{"id_token":"a.b.c"}`, `{"id_token":"` + encoded("{}") + "." + encoded("5") + `.c"}`, `{"id_token":"` + encoded(`{"alg":"none"}`) + "." + encoded(`{"exp":"soon","iat":1e99,"nbf":-1,"sub":["<script>"]}`) + `."}`,
		`{"error":"<script>","error_uri":"javascript:alert(1)"}`,
	} {
		f.body = body
		page := f.try("b", "password", "token")
		assert.Contains(t, page, `id="token-answer"`, body)
		assert.NotContains(t, page, "<script>", body)
		assert.NotContains(t, page, `href="javascript:`, body)
	}
	f.body = strings.Repeat("x", 1<<20)
	assert.Less(t, len(f.try("b", "password", "token")), 60_000)
	f.err = errors.New("refused connection")
	assert.Contains(t, f.try("b", "password", "token"), "refused connection")
}

// Times are in words, and claims say what they mean.
func TestTokensAreDecoded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	at := f.now.Unix()
	claims := fmt.Sprintf(`{"sub":"s-1","iat":%d,"auth_time":%d,"exp":%d,"nbf":%d,"updated_at":%d,"custom":[1,2]}`, at, at-90, at+3599, at-1, at-3*86400)
	f.body = `{"id_token":"` + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + `.c","expires_in":7200}`
	page := f.try("b", "password", "token")
	for _, part := range []string{
		"RS256", "s-1", "who signed in", "1 May 2026, 08:00:00 UTC, now", "1 May 2026, 07:58:30 UTC, 2 minutes ago", "1 May 2026, 08:59:59 UTC, in 1 hour",
		"1 second ago", "28 April 2026, 08:00:00 UTC, 3 days ago", "[1,2]", "2 hours",
	} {
		assert.Contains(t, page, part)
	}
}

// The application lets nobody in for an ID token that is not valid.
func TestIDTokensAreChecked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	set := func(k *rsa.PrivateKey) string {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.Public(), KeyID: "k", Algorithm: "RS256"}}})
		require.NoError(t, err)
		return string(text)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	require.NoError(t, err)
	for name, change := range map[string]struct {
		claim string
		value any
		keys  string
		note  string
	}{
		"good":            {note: "The application lets s-1 in"},
		"another key":     {keys: set(other), note: "does not accept it"},
		"no keys":         {keys: "{}", note: "does not accept it"},
		"no set":          {keys: "[]", note: "does not accept it"},
		"another issuer":  {claim: "iss", value: "https://evil.example", note: "does not accept it"},
		"another client":  {claim: "aud", value: "service", note: "does not accept it"},
		"over":            {claim: "exp", value: f.now.Unix() - 1, note: "does not accept it"},
		"another request": {claim: "nonce", value: "n", note: "does not accept it: the nonce"},
		"no nonce":        {claim: "nonce", value: "", note: "does not accept it: the nonce"},
	} {
		asked, err := url.Parse(html.UnescapeString(between(t, f.try("b", "code", "prepare"), `id="run-authorize" href="`, `"`)))
		require.NoError(t, err)
		f.send("b", http.MethodGet, issuer+playground.CallbackPath+"?"+url.Values{"code": {"c"}, "state": {asked.Query().Get("state")}, "iss": {issuer}}.Encode(), "")
		claims := map[string]any{"iss": issuer, "aud": "web", "sub": "s-1", "iat": f.now.Unix(), "exp": f.now.Unix() + 60, "nonce": asked.Query().Get("nonce")}
		if change.claim != "" {
			claims[change.claim] = change.value
		}
		text, err := json.Marshal(claims)
		require.NoError(t, err)
		signed, err := signer.Sign(text)
		require.NoError(t, err)
		token, err := signed.CompactSerialize()
		require.NoError(t, err)
		f.body = `{"access_token":"at","id_token":"` + token + `"}`
		f.try("b", "code", "exchange")
		f.body = cmp.Or(change.keys, set(key))
		assert.Contains(t, f.try("b", "code", "keys"), change.note, name)
	}
}

// between is the text between two others.
func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	require.True(t, found, "%s in %s", before, text)
	value, _, _ := strings.Cut(rest, after)
	return value
}

// An authorization response is accepted from the server that was asked, for the request of this browser, and
// what it brings ends up in no URL.
func TestOnlyTheOwnResponseIsAccepted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	state := func(page string) string { return between(t, page, "&amp;state=", "&amp;") }
	own := state(f.try("b", "code", "prepare"))
	back := func(query ...string) string {
		values := url.Values{}
		for i := 0; i < len(query); i += 2 {
			values.Set(query[i], query[i+1])
		}
		return f.send("b", http.MethodGet, issuer+playground.CallbackPath+"?"+values.Encode(), "").Header().Get("Location")
	}
	for _, refused := range [][]string{
		{"code", "c-1"},
		{"code", "c-1", "state", "", "iss", issuer},
		{"code", "c-1", "state", own + "x", "iss", issuer},
		{"code", "c-1", "state", own},
		{"code", "c-1", "state", own, "iss", "https://evil.example"},
		{"code", "c-1", "state", own, "iss", issuer, "error", "access_denied"},
	} {
		assert.NotContains(t, back(refused...), "c-1")
		assert.NotContains(t, f.open("b", "/playground/code"), `id="run-exchange"`, refused)
	}
	assert.Equal(t, "/playground/code#authorize-answer", back("code", "c-1", "state", own, "iss", issuer))
	assert.Contains(t, f.open("b", "/playground/code"), `id="run-exchange"`)
	assert.NotContains(t, f.open("other", "/playground/code"), "c-1")
	f.try("b", "code", "exchange")
	require.Len(t, f.sent, 1, "nothing was sent before")
	assert.Contains(t, f.sent[0], "POST "+issuer+"/token grant_type=authorization_code&code=c-1&")
	assert.NotEqual(t, own, state(f.try("b", "code", "prepare")), "each attempt has its own")
	other := f.send("other", http.MethodGet, issuer+playground.CallbackPath+"?state=", "")
	assert.Equal(t, http.StatusBadRequest, other.Code)
}

// A browser that came by another name of this machine goes on under that of the issuer, where it comes back to.
// One behind a proxy stays where it is.
func TestOneNameOfTheMachineIsUsed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for host, leads := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:8080": true, "localhost:8080": false, "localhost": false, "127.0.0.1:3000": false, "id.example:8080": false,
	} {
		for _, path := range []string{"/playground", "/playground/code"} {
			want := ""
			if leads {
				want = issuer + path
			}
			assert.Equal(t, want, f.send("b", http.MethodGet, "http://"+host+path+"?x=y", "").Header().Get("Location"), host)
		}
	}
}

package resource_test

import (
	"context"
	"crypto/ecdsa"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

func TestOpaqueTokensAreIntrospected(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(nil)
	token := f.Opaque(claims{"scope": "invoices:read", "client_id": "app", "department": "sales"})
	for range 3 {
		p, err := v.Verify(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, "alice", p.Subject)
		assert.Equal(t, "app", p.ClientID)
		assert.Equal(t, []string{"invoices:read"}, p.Scopes)
		assert.Equal(t, "sales", p.Claims()["department"])
	}
	assert.Equal(t, 1, f.Introspections())
	assert.Equal(t, "inactive", reason(t, v, "unknown"))
	assert.Empty(t, reason(t, v, f.Token(nil)), "JWTs are verified locally")
	assert.Equal(t, 2, f.Introspections())
	assert.EqualValues(t, 3, v.Stats().VerifiedIntrospected)
	assert.EqualValues(t, 1, v.Stats().VerifiedJWT)
}

// The provider answers for every token that it issued, whatever it is and whomever it is for.
func TestAnswersForOtherTokensAreRefused(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	at := func(d time.Duration) int64 { return f.now().Add(d).Unix() }
	for name, tc := range map[string]struct {
		claims claims
		want   string
	}{
		"access token":                    {nil, ""},
		"no type at all":                  {claims{"token_type": nil}, "not_an_access_token"},
		"refresh token by token_use":      {claims{"token_type": nil, "token_use": "refresh_token"}, "not_an_access_token"},
		"refresh token by token_type":     {claims{"token_type": "refresh_token"}, "not_an_access_token"},
		"access token by token_use":       {claims{"token_type": nil, "token_use": "access_token"}, ""},
		"refresh token as a bearer":       {claims{"token_use": "refresh_token"}, "not_an_access_token"},
		"Keycloak refresh token":          {claims{"typ": "Refresh"}, "not_an_access_token"},
		"ID token":                        {claims{"token_type": "id_token"}, "not_an_access_token"},
		"ID token with a nonce":           {claims{"nonce": "n"}, "not_an_access_token"},
		"type that is no text":            {claims{"token_type": 1}, "not_an_access_token"},
		"another audience":                {claims{"aud": "https://other.example"}, "wrong_audience"},
		"no audience":                     {claims{"aud": nil}, "wrong_audience"},
		"another issuer":                  {claims{"iss": "https://evil.example"}, "wrong_issuer"},
		"no issuer":                       {claims{"iss": nil}, ""},
		"not valid yet":                   {claims{"nbf": at(time.Minute)}, "not_yet_valid"},
		"no subject":                      {claims{"sub": nil}, ""},
		"no subject and no client":        {claims{"sub": nil, "client_id": nil}, "bad_claims"},
		"subject of another type":         {claims{"sub": 7}, "bad_claims"},
		"bound to a key":                  {claims{"cnf": claims{"jkt": "x"}}, "proof_missing"},
		"bound in a way that is unknown":  {claims{"cnf": claims{"new": "x"}}, "proof_missing"},
		"expired, though it is active":    {claims{"exp": float64(at(-time.Minute))}, "expired"},
		"active by the name of a user":    {claims{"active": false}, "inactive"},
		"active as text":                  {claims{"active": "true"}, "provider_unavailable"},
		"another name for the audience":   {claims{"aud": nil, "Aud": f.Audience}, "wrong_audience"},
		"inactive, in another case, kept": {claims{"Active": false}, ""},
	} {
		v := f.introspecting(nil)
		assert.Equal(t, tc.want, reason(t, v, f.Opaque(tc.claims)), name)
	}
	lenient := f.introspecting(func(o *resource.Options) { o.Introspection.AudienceOptional, o.Introspection.TypeOptional = true, true })
	assert.Empty(t, reason(t, lenient, f.Opaque(claims{"aud": nil, "token_type": nil})))
	assert.Equal(t, "wrong_audience", reason(t, lenient, f.Opaque(claims{"aud": "https://other.example"})))
	assert.Equal(t, "not_an_access_token", reason(t, lenient, f.Opaque(claims{"token_use": "refresh_token"})))
	p, err := f.introspecting(nil).Verify(t.Context(), f.Opaque(claims{"sub": nil, "iss": nil, "client_id": "billing"}))
	require.NoError(t, err)
	assert.Equal(t, []string{"billing", f.URL, "client_credentials"}, []string{p.Subject, p.Issuer, p.GrantType})
}

func TestRevokedTokensAreAcceptedNoLongerThanCached(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(func(o *resource.Options) { o.Introspection.CacheFor = 30 * time.Second })
	never := f.introspecting(func(o *resource.Options) { o.Introspection.CacheFor = -1 })
	token := f.Opaque(nil)
	require.Empty(t, reason(t, v, token))
	require.Empty(t, reason(t, never, token))
	f.Revoke(token)
	assert.Empty(t, reason(t, v, token))
	assert.Equal(t, "inactive", reason(t, never, token))
	f.advance(30 * time.Second)
	assert.Equal(t, "inactive", reason(t, v, token))
	assert.Equal(t, 0, never.Stats().Cached)
}

func TestTokensAreNotCachedBeyondTheirExpiry(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(func(o *resource.Options) { o.Introspection.CacheFor = time.Hour })
	token := f.Opaque(claims{"exp": f.now().Add(time.Minute).Unix()})
	require.Empty(t, reason(t, v, token))
	f.advance(time.Minute)
	assert.Equal(t, "inactive", reason(t, v, token))
	assert.Equal(t, 2, f.Introspections())
}

func TestInactiveTokensAreRememberedShortly(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(nil)
	wrong := f.Opaque(claims{"aud": "other"})
	for range 5 {
		assert.Equal(t, "inactive", reason(t, v, "unknown"))
		assert.Equal(t, "wrong_audience", reason(t, v, wrong))
	}
	assert.Equal(t, 2, f.Introspections())
	f.advance(2 * time.Second)
	assert.Equal(t, "inactive", reason(t, v, "unknown"))
	assert.Equal(t, 3, f.Introspections())
}

// With Always a JWT is no longer good once it is revoked.
func TestJWTsAreIntrospectedWhereAsked(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(func(o *resource.Options) { o.Introspection.Always = true })
	token := f.Token(claims{"scope": "a"})
	p, err := v.Verify(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, p.Scopes)
	require.Empty(t, reason(t, v, token))
	assert.Equal(t, 1, f.Introspections())
	assert.Equal(t, "bad_signature", reason(t, v, changed(token)))
	assert.Equal(t, 1, f.Introspections(), "a forged one is not asked about")
	f.Revoke(token)
	f.advance(10 * time.Second)
	assert.Equal(t, "inactive", reason(t, v, token))
}

func TestTenThousandRequestsMakeOneIntrospection(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var asked atomic.Int32
	release := make(chan struct{})
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		<-release
		text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"`+f.Audience+`"}`)(w, r)
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	})
	const requests = 10_000
	var all sync.WaitGroup
	var good, began atomic.Int32
	for range requests {
		all.Go(func() {
			began.Add(1)
			if _, err := v.Verify(t.Context(), "cold"); err == nil {
				good.Add(1)
			}
		})
	}
	require.Eventually(t, func() bool { return began.Load() > requests/2 && asked.Load() == 1 }, 20*time.Second, time.Millisecond)
	close(release)
	all.Wait()
	assert.EqualValues(t, requests, good.Load())
	assert.EqualValues(t, 1, asked.Load())
	assert.EqualValues(t, 1, v.Stats().Introspections)
}

// The first caller's request may end: that must not fail those that wait for the same answer.
func TestCallersThatLeaveDoNotCancelForOthers(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	asked, release := make(chan struct{}), make(chan struct{})
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-release
		text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"`+f.Audience+`"}`)(w, r)
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	})
	first, leave := context.WithCancel(t.Context())
	left, stayed := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := v.Verify(first, "token")
		left <- err
	}()
	<-asked
	go func() {
		_, err := v.Verify(t.Context(), "token")
		stayed <- err
	}()
	require.Eventually(t, func() bool { return v.Stats().Coalesced == 1 }, 5*time.Second, time.Millisecond)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	close(release)
	assert.NoError(t, <-stayed)
}

func TestTheBreakerStopsQuestions(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(nil)
	require.NoError(t, v.Ready(t.Context()))
	good := f.Opaque(nil)
	require.Empty(t, reason(t, v, good))
	f.SetDown(true)
	for range 20 {
		assert.Equal(t, "provider_unavailable", reason(t, v, f.Opaque(nil)))
	}
	assert.EqualValues(t, 6, v.Stats().Introspections)
	assert.EqualValues(t, 5, v.Stats().IntrospectionFailures)
	assert.Equal(t, "open", v.Stats().Breaker)
	assert.Empty(t, reason(t, v, good), "what was verified lately")
	assert.Empty(t, reason(t, v, f.Token(nil)), "JWTs need no introspection")
	w := get(v.Authenticate, "Bearer "+f.Opaque(nil))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	f.advance(10 * time.Second)
	assert.Equal(t, "half-open", v.Stats().Breaker)
	assert.Equal(t, "provider_unavailable", reason(t, v, good), "a stale answer is never used")
	assert.EqualValues(t, 7, v.Stats().Introspections, "one question finds out")
	assert.Equal(t, "open", v.Stats().Breaker)
	f.SetDown(false)
	f.advance(5 * time.Second)
	assert.Empty(t, reason(t, v, good))
	assert.Equal(t, "closed", v.Stats().Breaker)
}

// Some providers respond with 400 to tokens that they do not like. Whoever sends such tokens must not
// stop the introspection of others.
func TestRefusedQuestionsDoNotOpenTheBreaker(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var log strings.Builder
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		switch _ = r.ParseForm(); r.PostForm.Get("token") {
		case "good":
			text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"`+f.Audience+`"}`)(w, r)
		case "garbage":
			text("<html>")(w, r)
		case "huge":
			text(`{"active":true,"x":"`+strings.Repeat("x", 300<<10)+`"}`)(w, r)
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	})
	for _, token := range []string{"bad", "garbage", "huge"} {
		for range 10 {
			assert.Equal(t, "provider_unavailable", reason(t, v, token), token)
		}
		assert.Equal(t, "closed", v.Stats().Breaker, token)
	}
	assert.EqualValues(t, 30, v.Stats().IntrospectionFailures)
	assert.Empty(t, reason(t, v, "good"))
	assert.Equal(t, 1, strings.Count(log.String(), "introspection failed"), log.String())
	assert.NotContains(t, log.String(), "garbage")
}

// While one question finds out whether the provider is back, others must not wait for it.
func TestOneQuestionTriesAgain(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var asked atomic.Int32
	p.answers["/introspect"] = func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) > 2 {
			<-p.done
		}
		w.WriteHeader(http.StatusBadGateway)
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret", BreakerFailures: 2, Concurrency: 1}
	})
	for _, token := range []string{"a", "b", "c"} {
		assert.Equal(t, "provider_unavailable", reason(t, v, token))
	}
	assert.EqualValues(t, 2, asked.Load())
	f.advance(5 * time.Second)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	go func() { _, _ = v.Verify(ctx, "d") }()
	require.Eventually(t, func() bool { return asked.Load() == 3 }, 5*time.Second, time.Millisecond)
	began := time.Now()
	assert.Equal(t, "provider_unavailable", reason(t, v, "e"), "it waits for a slot or for the breaker")
	assert.Less(t, time.Since(began), 4*time.Second)
	assert.EqualValues(t, 3, asked.Load())
}

func TestFaultsOfIntrospection(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, answer := range map[string]func(*faulty) http.HandlerFunc{
		"wrong credentials": func(*faulty) http.HandlerFunc { return status(http.StatusUnauthorized) },
		"too many requests": func(*faulty) http.HandlerFunc { return status(http.StatusTooManyRequests) },
		"an error":          func(*faulty) http.HandlerFunc { return status(http.StatusInternalServerError) },
		"no content":        func(*faulty) http.HandlerFunc { return status(http.StatusNoContent) },
		"a good response with a bad status": func(*faulty) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(http.StatusNotFound)
				text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"`+f.Audience+`"}`)(w, r)
			}
		},
		"a good response that is too long": func(*faulty) http.HandlerFunc {
			return text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"` + f.Audience + `"}` + strings.Repeat(" ", 300<<10))
		},
		"garbage":         func(*faulty) http.HandlerFunc { return text("<html>") },
		"an empty object": func(*faulty) http.HandlerFunc { return text("{}") },
		"a repeated name": func(*faulty) http.HandlerFunc { return text(`{"active":false,"active":true}`) },
		"endless":         func(*faulty) http.HandlerFunc { return endless },
		"too slow":        func(p *faulty) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) { <-p.done } },
		"a redirect": func(*faulty) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, f.URL+"/introspect", http.StatusTemporaryRedirect)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFaulty(t, f)
			p.answers["/introspect"] = answer(p)
			v := f.verifier(p.url, func(o *resource.Options) {
				o.Timeout = 300 * time.Millisecond
				o.Introspection = &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret}
			})
			assert.Equal(t, "provider_unavailable", reason(t, v, f.Opaque(claims{"iss": p.url})))
		})
	}
}

// Whoever sends random tokens must not make the API flood its provider.
func TestFewIntrospectionsRunAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var running, most atomic.Int32
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		now := running.Add(1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		running.Add(-1)
		text(`{"active":false}`)(w, r)
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret", Concurrency: 3}
	})
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() { assert.Equal(t, "inactive", reason(t, v, "random"+f.Opaque(nil))) })
	}
	all.Wait()
	assert.LessOrEqual(t, most.Load(), int32(3))
}

func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	key := ecKey(t, p256())
	const id, secret = "https://api.example/?a:b", "s:e c+r%t&é"
	seen := make(chan *http.Request, 1)
	p := newFaulty(t, f)
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		seen <- r
		text(`{"active":false}`)(w, r)
	}
	ask := func(in resource.Introspection) *http.Request {
		v := f.verifier(p.url, func(o *resource.Options) { o.Introspection = &in })
		require.Equal(t, "inactive", reason(t, v, "token"))
		r := <-seen
		assert.Equal(t, http.MethodPost, r.Method)
		assert.Empty(t, r.URL.RawQuery)
		assert.Equal(t, "token", r.PostForm.Get("token"))
		assert.Equal(t, "access_token", r.PostForm.Get("token_type_hint"))
		return r
	}
	r := ask(resource.Introspection{ClientID: id, ClientSecret: secret})
	user, password, ok := r.BasicAuth()
	require.True(t, ok)
	assert.Equal(t, url.QueryEscape(id), user, "RFC 6749 section 2.3.1")
	assert.Equal(t, url.QueryEscape(secret), password)
	assert.Len(t, r.PostForm, 2)

	r = ask(resource.Introspection{ClientID: id, ClientSecret: secret, SecretInBody: true})
	assert.Empty(t, r.Header.Get("Authorization"))
	assert.Equal(t, []string{id, secret}, []string{r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")})

	r = ask(resource.Introspection{ClientID: id, SigningKey: &jose.JSONWebKey{Key: key, KeyID: "k1", Algorithm: "ES256"}})
	assert.Empty(t, r.Header.Get("Authorization"))
	assert.Equal(t, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", r.PostForm.Get("client_assertion_type"))
	assertClientAssertion(t, r.PostForm.Get("client_assertion"), &key.PublicKey, id, p.url, f.now())

	r = ask(resource.Introspection{HTTPClient: &http.Client{Transport: bearer("own token")}})
	assert.Equal(t, "Bearer own token", r.Header.Get("Authorization"))
	assert.Len(t, r.PostForm, 2)
}

func assertClientAssertion(t *testing.T, text string, key *ecdsa.PublicKey, id, issuer string, now time.Time) {
	t.Helper()
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(t, err)
	assert.Equal(t, "k1", parsed.Headers[0].KeyID)
	var c jwt.Claims
	require.NoError(t, parsed.Claims(key, &c))
	assert.NoError(t, c.ValidateWithLeeway(jwt.Expected{Issuer: id, Subject: id, AnyAudience: jwt.Audience{issuer}, Time: now}, 0))
	assert.Equal(t, jwt.Audience{issuer}, c.Audience)
	assert.NotEmpty(t, c.ID)
	assert.LessOrEqual(t, c.Expiry.Time().Sub(now), time.Minute)
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func TestIntrospectionWithoutMetadata(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	server := httptest.NewServer(text(`{"active":true,"token_type":"bearer","client_id":"app","aud":["x","` + f.Audience + `"]}`))
	defer server.Close()
	v := f.verifier("https://issuer.example.test", func(o *resource.Options) {
		o.KeysURL = f.URL + "/jwks"
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret", URL: server.URL}
	})
	p, err := v.Verify(t.Context(), strings.Repeat("x", 100))
	require.NoError(t, err)
	assert.Equal(t, "app", p.Subject)
}

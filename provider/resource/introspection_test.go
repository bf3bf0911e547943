package resource_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
		"Keycloak with a nonce":           {claims{"typ": "Bearer", "nonce": "n"}, ""},
		"access token with a nonce":       {claims{"token_type": "access_token", "nonce": "n"}, ""},
		"token_use and a nonce":           {claims{"token_use": "access_token", "nonce": "n"}, ""},
		"Keycloak ID token with a nonce":  {claims{"typ": "ID", "nonce": "n"}, "not_an_access_token"},
		"ID token by token_use":           {claims{"token_use": "id", "nonce": "n"}, "not_an_access_token"},
		"a hash outweighs a kind":         {claims{"typ": "Bearer", "at_hash": "h"}, "not_an_access_token"},
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

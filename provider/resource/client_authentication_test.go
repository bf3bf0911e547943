package resource_test

import (
	"crypto/ecdsa"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

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

// A provider closes idle connections when it likes, such as just before it gets the next question.
func TestConnectionsThatTheProviderClosed(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var mu sync.Mutex
	used, closed := map[string]bool{}, 0
	p.answers["/introspect"] = func(w http.ResponseWriter, r *http.Request) {
		assert.NotContains(t, r.Header, "Idempotency-Key")
		mu.Lock()
		again := used[r.RemoteAddr]
		used[r.RemoteAddr] = true
		if again {
			closed++
		}
		mu.Unlock()
		if !again {
			text(`{"active":true,"token_type":"Bearer","sub":"alice","aud":"`+f.Audience+`"}`)(w, r)
			return
		}
		connection, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			assert.NoError(t, connection.Close())
		}
	}
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	})
	for _, token := range []string{"a", "b", "c"} {
		assert.Empty(t, reason(t, v, token))
	}
	mu.Lock()
	defer mu.Unlock()
	assert.Positive(t, closed, "a connection was used again")
}

type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

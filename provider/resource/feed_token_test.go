package resource_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// newFeedProvider has a feed, and a token endpoint that answers with its token.
func newFeedProvider(t *testing.T) (*fakeFeed, *faulty) {
	t.Helper()
	f := &fakeFeed{fixture: setup(t, nil), header: resourcetest.Claims{"typ": "revocations+jwt"}}
	p := newFaulty(t, f.fixture)
	f.change = resourcetest.Claims{"iss": p.url}
	p.answers["/feed"] = f.ServeHTTP
	p.answers["/token"] = text(`{"access_token":"feed-token","token_type":"Bearer","expires_in":3600}`)
	p.answers[metadataPath] = text(`{"issuer":"` + p.url + `","jwks_uri":"` + p.url + `/jwks","token_endpoint":"` + p.url + `/token","revocation_feed_endpoint":"` + p.url + `/feed"}`)
	return f, p
}

// following follows the feed of a provider.
func following(f *fakeFeed, p *faulty, r resource.Revocations) *resource.Verifier {
	f.t.Helper()
	v := f.verifier(p.url, func(o *resource.Options) { o.Revocations = &r })
	f.t.Cleanup(v.Close)
	return v
}

func TestFeedTokenIsAskedForByWhatTheClientHas(t *testing.T) {
	t.Parallel()
	key := ecKey(t, p256())
	for name, tc := range map[string]struct {
		settings resource.Revocations
		check    func(t *testing.T, r *http.Request, f *fakeFeed, issuer string)
	}{
		"secret": {resource.Revocations{ClientSecret: "s:e c"}, func(t *testing.T, r *http.Request, f *fakeFeed, _ string) {
			t.Helper()
			user, password, _ := r.BasicAuth()
			assert.Equal(t, []string{f.ClientID, "s%3Ae+c"}, []string{user, password}, "RFC 6749 section 2.3.1")
			assert.Len(t, r.PostForm, 2)
		}},
		"secret in the body": {resource.Revocations{ClientSecret: "s:e c", SecretInBody: true}, func(t *testing.T, r *http.Request, f *fakeFeed, _ string) {
			t.Helper()
			assert.Empty(t, r.Header.Get("Authorization"))
			assert.Equal(t, []string{f.ClientID, "s:e c"}, []string{r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")})
		}},
		"key": {resource.Revocations{SigningKey: &jose.JSONWebKey{Key: key, KeyID: "k1", Algorithm: "ES256"}}, func(t *testing.T, r *http.Request, f *fakeFeed, issuer string) {
			t.Helper()
			assert.Empty(t, r.Header.Get("Authorization"))
			assert.Empty(t, r.PostForm.Get("client_secret"))
			assertClientAssertion(t, r.PostForm.Get("client_assertion"), &key.PublicKey, f.ClientID, issuer, f.now())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, p := newFeedProvider(t)
			seen := make(chan *http.Request, 1)
			answer := p.answers["/token"]
			p.answers["/token"] = func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				seen <- r
				answer(w, r)
			}
			tc.settings.ClientID = f.ClientID
			v := following(f, p, tc.settings)
			soon(t, followed(v), "it follows")
			r := <-seen
			assert.Equal(t, url.Values{"grant_type": {"client_credentials"}, "scope": {"gatehouse:revocations:read"}},
				url.Values{"grant_type": r.PostForm["grant_type"], "scope": r.PostForm["scope"]})
			tc.check(t, r, f, p.url)
		})
	}
}

// tokens has the token endpoint hand out one after the other, and the feed accept what accepts says.
func (f *fakeFeed) tokens(p *faulty, accepts func(token string) int) (handedOut *atomic.Int32) {
	handedOut = &atomic.Int32{}
	p.answers["/token"] = func(w http.ResponseWriter, r *http.Request) {
		text(fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer","expires_in":600}`, handedOut.Add(1)))(w, r)
	}
	p.answers["/feed"] = func(w http.ResponseWriter, r *http.Request) {
		if status := accepts(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		r.Header.Set("Authorization", "Bearer feed-token")
		f.ServeHTTP(w, r)
	}
	return handedOut
}

func TestFeedTokenThatIsNotAcceptedIsReplaced(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		f, p := newFeedProvider(t)
		handedOut := f.tokens(p, func(token string) int {
			if token == "token-2" {
				return http.StatusOK
			}
			return status
		})
		v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "secret"})
		soon(t, followed(v), "it follows by the second one")
		f.told(v)
		assert.EqualValues(t, 2, handedOut.Load())
	}
}

func TestFeedTokenIsReplacedBeforeItExpires(t *testing.T) {
	t.Parallel()
	f, p := newFeedProvider(t)
	handedOut := f.tokens(p, func(string) int { return http.StatusOK })
	v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "secret"})
	soon(t, followed(v), "it follows")
	f.advance(530 * time.Second)
	f.told(v)
	assert.EqualValues(t, 1, handedOut.Load())
	f.advance(10 * time.Second)
	f.told(v)
	assert.EqualValues(t, 2, handedOut.Load())
}

// RFC 6749 section 5.1 has expires_in optional: the token is used again all the same, for some minutes.
func TestFeedTokenThatDoesNotSayWhenItExpires(t *testing.T) {
	t.Parallel()
	f, p := newFeedProvider(t)
	handedOut := f.tokens(p, func(string) int { return http.StatusOK })
	p.answers["/token"] = func(w http.ResponseWriter, r *http.Request) {
		text(fmt.Sprintf(`{"access_token":"token-%d","token_type":"Bearer"}`, handedOut.Add(1)))(w, r)
	}
	v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "s"})
	soon(t, followed(v), "it follows")
	f.told(v)
	assert.EqualValues(t, 1, handedOut.Load())
	f.advance(5 * time.Minute)
	soon(t, func() bool { return handedOut.Load() == 2 }, "it asks for another")
}

func TestFeedWithAQuery(t *testing.T) {
	t.Parallel()
	f, p := newFeedProvider(t)
	answer := p.answers["/feed"]
	p.answers["/feed"] = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("tenant") != "a b" || !r.URL.Query().Has("cursor") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, r)
	}
	p.answers[metadataPath] = text(`{"issuer":"` + p.url + `","jwks_uri":"` + p.url + `/jwks","token_endpoint":"` + p.url + `/token","revocation_feed_endpoint":"` + p.url + `/feed?tenant=a%20b"}`)
	v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "s"})
	soon(t, followed(v), "it follows")
}

func TestFeedTokensThatAreNone(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"a page":   text("<html>"),
		"an error": text(`{"error":"invalid_scope"}`),
		"refused":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "{}", http.StatusUnauthorized) },
		"redirected": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/feed", http.StatusTemporaryRedirect)
		},
		"endless": endless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, p := newFeedProvider(t)
			var asked atomic.Bool
			p.answers["/feed"] = func(http.ResponseWriter, *http.Request) { asked.Store(true) }
			p.answers["/token"] = answer
			v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "secret"})
			f.failed(v)
			assert.False(t, asked.Load())
			assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(resourcetest.Claims{"iss": p.url})))
		})
	}
}

// A provider can get its feed by an update, later than the API began to look for it.
func TestFeedThatTheMetadataGetsLater(t *testing.T) {
	t.Parallel()
	f, p := newFeedProvider(t)
	later := p.answers[metadataPath]
	var updated atomic.Bool
	p.answers[metadataPath] = func(w http.ResponseWriter, r *http.Request) {
		if updated.Load() {
			later(w, r)
			return
		}
		text(`{"issuer":"`+p.url+`","jwks_uri":"`+p.url+`/jwks","token_endpoint":"`+p.url+`/token"}`)(w, r)
	}
	v := following(f, p, resource.Revocations{ClientID: f.ClientID, ClientSecret: "secret"})
	f.failed(v)
	updated.Store(true)
	soon(t, followed(v), "it found it")
}

// A program's own way to a token must not keep Close waiting.
func TestCloseEndsTheWaitForAToken(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	waiting := make(chan struct{})
	v := f.verifier(f.URL, func(o *resource.Options) {
		o.Revocations = &resource.Revocations{ClientID: f.ClientID, URL: f.URL, Token: func(ctx context.Context) (string, error) {
			close(waiting)
			<-ctx.Done()
			return "", ctx.Err()
		}}
	})
	<-waiting
	v.Close()
	assert.Equal(t, "starting", v.Stats().RevocationFeed)
}

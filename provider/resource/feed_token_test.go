package resource_test

import (
	"net/http"
	"net/url"
	"testing"

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

package resource_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// retryPause is the shortest time between fetches after a failure.
const retryPause = 2 * time.Second

func TestTokensByANewKeyAreVerifiedAtOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	before := f.Token(nil)
	require.Empty(t, reason(t, f.Verifier, before))
	f.advance(11 * time.Second) // the cool-down
	f.RotateKeys()
	assert.Empty(t, reason(t, f.Verifier, f.Token(nil)), "a key that was not published before it signed")
	assert.Empty(t, reason(t, f.Verifier, before))
	assert.Equal(t, 2, f.KeyFetches())
}

// Tokens with random kids must not make the API fetch for each.
func TestUnknownKeysCauseOneFetchInTheCooldown(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	flood := func() {
		var all sync.WaitGroup
		for n := range 200 {
			all.Go(func() {
				assert.Equal(t, "unknown_key", reason(t, f.Verifier, f.Sign(claims{"typ": "at+jwt", "kid": fmt.Sprint("unknown-", n)}, nil)))
			})
		}
		all.Wait()
	}
	flood()
	assert.Equal(t, 1, f.KeyFetches(), "the first fetch was within the cool-down")
	f.advance(11 * time.Second)
	flood()
	assert.Equal(t, 2, f.KeyFetches())
	assert.Empty(t, reason(t, f.Verifier, f.Token(nil)))
	assert.EqualValues(t, 400, f.Stats().Refused["unknown_key"])
}

// A token that was verified by a key must not outlive it in the cache.
func TestWithdrawnKeysAcceptNoCachedTokens(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(claims{"exp": f.now().Add(100 * time.Hour).Unix()})
	require.Empty(t, reason(t, f.Verifier, token))
	f.WithdrawKeys()
	assert.Empty(t, reason(t, f.Verifier, token), "not noticed yet")
	f.advance(20 * time.Minute) // the age of keys without Cache-Control, and more than what is fetched beside
	assert.Equal(t, "unknown_key", reason(t, f.Verifier, token))
	assert.Empty(t, reason(t, f.Verifier, f.Token(nil)))
}

func TestOldKeysAreFetchedBesideTheRequest(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(nil)
	f.advance(15*time.Minute + time.Second)
	assert.Empty(t, reason(t, f.Verifier, token))
	assert.Eventually(t, func() bool { return f.KeyFetches() == 2 }, 5*time.Second, time.Millisecond)
	assert.Eventually(t, func() bool { return f.Stats().KeysFreshFor == 15*time.Minute }, 5*time.Second, time.Millisecond)
}

func TestKeysAreUsedForAWhileWithoutTheProvider(t *testing.T) {
	t.Parallel()
	f := setup(t, func(o *resource.Options) { o.KeysOffline = 2 * time.Hour })
	token := f.Token(claims{"exp": f.now().Add(100 * time.Hour).Unix()})
	f.SetDown(true)
	f.advance(119 * time.Minute)
	assert.Empty(t, reason(t, f.Verifier, token))
	f.advance(3 * time.Second)
	assert.Empty(t, reason(t, f.Verifier, token), "not waited for after a failure")
	assert.Equal(t, "provider_unavailable", reason(t, f.Verifier, f.Sign(claims{"typ": "at+jwt", "kid": "unknown"}, nil)), "the key may be a new one")
	f.advance(2 * time.Minute)
	assert.Equal(t, "provider_unavailable", reason(t, f.Verifier, token), "the cached token too")
	f.SetDown(false)
	f.advance(3 * time.Second)
	assert.Empty(t, reason(t, f.Verifier, token))
}

// An API that starts before its provider must not stay broken, nor ask for each request.
func TestTheProviderMayStartLater(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	f.SetDown(true)
	v := f.verifier(f.URL, nil)
	token := f.Token(nil)
	for range 100 {
		assert.Equal(t, "provider_unavailable", reason(t, v, token))
	}
	assert.EqualValues(t, 1, v.Stats().KeyFetches)
	require.ErrorIs(t, v.Ready(t.Context()), resource.ErrUnavailable)
	f.SetDown(false)
	f.advance(2 * time.Second)
	require.NoError(t, v.Ready(t.Context()))
	assert.Empty(t, reason(t, v, token))
}

func TestMaxAgeIsHonouredWithinBounds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header string
		want   time.Duration
	}{
		"none": {"", 15 * time.Minute}, "within": {"public, max-age=600", 10 * time.Minute}, "no-store": {"no-store", time.Minute}, "short": {"max-age=1", time.Minute},
		"long": {"max-age=99999999", time.Hour}, "beyond numbers": {"max-age=99999999999999999999", 15 * time.Minute}, "nonsense": {"max-age=x, =,", 15 * time.Minute},
		"no-cache": {`no-cache, max-age=600`, time.Minute},
	} {
		f := setup(t, nil)
		p := newFaulty(t, f)
		p.header = tc.header
		v := f.verifier(p.url, nil)
		require.NoError(t, v.Ready(t.Context()))
		assert.Equal(t, tc.want, v.Stats().KeysFreshFor, name)
	}
}

// moved has a provider with its endpoints below another path.
func (p *faulty) moved(f *fixture) http.HandlerFunc {
	return text(`{"issuer":"` + p.url + `","jwks_uri":"` + f.URL + `/jwks","introspection_endpoint":"` + f.URL + `/introspect"}`)
}

func TestKeysThatMoveAreFound(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	v := f.verifier(p.url, nil)
	require.NoError(t, v.Ready(t.Context()))
	p.set(metadataPath, p.moved(f))
	p.set("/jwks", http.NotFound)
	f.advance(20 * time.Minute)
	f.RotateKeys()
	token := f.Token(claims{"iss": p.url})
	tries := 0
	require.Eventually(t, func() bool {
		f.advance(retryPause)
		tries++
		return reason(t, v, token) == ""
	}, 10*time.Second, 10*time.Millisecond)
	assert.Less(t, time.Duration(tries)*retryPause, 20*time.Minute, "and not when the metadata would have been old")
}

// That the metadata could not be fetched once does not make the old ones good for another hour.
func TestMetadataAreFetchedAgainSoonAfterAFailure(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	var asked atomic.Int32
	v := f.verifier(p.url, func(o *resource.Options) {
		o.KeysURL = f.URL + "/jwks"
		o.Introspection = &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret, CacheFor: -1, CacheInactiveFor: -1}
	})
	opaque := f.Opaque(claims{"iss": p.url, "exp": f.now().Add(10 * time.Hour).Unix()})
	require.Empty(t, reason(t, v, opaque))
	down := func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	p.set(metadataPath, down)
	p.set(otherPath, http.NotFound)
	f.advance(time.Hour)
	for range 20 {
		require.Empty(t, reason(t, v, opaque), "the known ones are used")
	}
	require.Eventually(t, func() bool { return asked.Load() == 1 }, 5*time.Second, time.Millisecond)
	for range 20 {
		require.Empty(t, reason(t, v, opaque))
	}
	assert.EqualValues(t, 1, asked.Load(), "not for each request")
	p.set(metadataPath, p.moved(f))
	p.set("/introspect", http.NotFound)
	f.advance(10 * time.Second)
	require.Eventually(t, func() bool { return reason(t, v, opaque) == "" }, 5*time.Second, 10*time.Millisecond)
}

func TestKeysWithoutMetadata(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.verifier("https://issuer.example.test/without-metadata", func(o *resource.Options) { o.KeysURL = f.URL + "/jwks" })
	assert.Empty(t, reason(t, v, f.Token(claims{"iss": "https://issuer.example.test/without-metadata"})))
	assert.Equal(t, "wrong_issuer", reason(t, v, f.Token(nil)))
}

func TestATokenWithoutKidTriesFewKeys(t *testing.T) {
	t.Parallel()
	var many []any
	for range 40 {
		many = append(many, jose.JSONWebKey{Key: ecKey(t, p256()).Public()})
	}
	last := ecKey(t, p256())
	s := newKeyServer(t, append(many, jose.JSONWebKey{Key: last.Public(), KeyID: "last"})...)
	v := s.verifier(t, nil)
	assert.Equal(t, "bad_signature", reason(t, v, s.sign(t, last, "", jose.ES256, nil)))
	assert.Empty(t, reason(t, v, s.sign(t, last, "last", jose.ES256, nil)), "its kid says which it is")
}

// published is a key as a provider publishes it, with more members.
func published(t *testing.T, key any, id string, more claims) claims {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: id})
	require.NoError(t, err)
	all := claims{}
	require.NoError(t, json.Unmarshal(text, &all))
	maps.Copy(all, more)
	return all
}

// Nobody asks for the certificates, which some providers publish in forms of their own.
func TestCertificatesOfKeysAreNotRead(t *testing.T) {
	t.Parallel()
	key := rsaKey(t, 2048)
	for name, more := range map[string]claims{
		"no certificate":         {"x5c": []string{""}},
		"garbage":                {"x5c": []string{"AAAA"}},
		"a text":                 {"x5c": "AAAA"},
		"hexadecimal digits":     {"x5t": "AA:BB:CC"},
		"a thumbprint of SHA-2":  {"x5t#S256": "short"},
		"an address that is not": {"x5u": "::not a url"},
		"null":                   {"x5c": nil, "x5t": nil, "x5t#S256": nil, "x5u": nil},
		"a private part":         {"d": "AQAB", "p": 7},
		"a member of the future": {"nbf": 1, "X5C": []string{"A"}},
	} {
		s := newKeyServer(t, published(t, key.Public(), "k", more))
		assert.Empty(t, reason(t, s.verifier(t, nil), s.sign(t, key, "k", jose.RS256, nil)), name)
	}
}

func TestKeysThatAreNotUsedAreLogged(t *testing.T) {
	t.Parallel()
	short, foreign := rsaKey(t, 1024), ecKey(t, p256())
	s := newKeyServer(t, published(t, ecKey(t, p256()).Public(), "good", nil), published(t, short.Public(), "short", nil),
		published(t, foreign.Public(), "for-encryption", claims{"use": "enc"}), claims{"kty": "QUANTUM", "kid": "of-the-future"}, 7)
	var log strings.Builder
	c := newClock()
	v := s.verifier(t, func(o *resource.Options) {
		o.Clock, o.Logger = c.now, slog.New(slog.NewTextHandler(&log, nil))
	})
	for want := range uint64(3) {
		require.Eventually(t, func() bool {
			return v.Ready(t.Context()) == nil && v.Stats().KeyFetches == want+1 && v.Stats().KeysFreshFor > 0
		}, 5*time.Second, time.Millisecond)
		c.advance(20 * time.Minute)
	}
	assert.Equal(t, 1, strings.Count(log.String(), "kid=short error=\"none of the allowed algorithms"), log.String())
	assert.Equal(t, 1, strings.Count(log.String(), "kid=of-the-future error="), log.String())
	assert.Equal(t, 3, strings.Count(log.String(), "is not used"), log.String())
}

package resource_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

type event = map[string]any

// fakeFeed answers as a provider does, or as the test likes.
type fakeFeed struct {
	*fixture
	server *httptest.Server

	mu     sync.Mutex
	events []event
	down   bool
	header resourcetest.Claims
	change resourcetest.Claims
	body   string           // replaces the answer
	answer http.HandlerFunc // does, too
	last   string           // the last answer
	asked  int
	// refused is a cursor that is not understood.
	refused string
}

func feedToken(context.Context) (string, error) { return "feed-token", nil }

// newFakeFeed has a verifier that follows it.
func newFakeFeed(t *testing.T, change func(*resource.Options), events ...event) (*fakeFeed, *resource.Verifier) {
	t.Helper()
	f := &fakeFeed{fixture: setup(t, nil), events: events, header: resourcetest.Claims{"typ": "revocations+jwt"}}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	v := f.verifier(f.URL, func(o *resource.Options) {
		o.Revocations = &resource.Revocations{ClientID: f.ClientID, Token: feedToken, URL: f.server.URL}
		if change != nil {
			change(o)
		}
	})
	t.Cleanup(v.Close)
	return f, v
}

func (f *fakeFeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	answer := f.answer
	f.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if f.down || r.Header.Get("Authorization") != "Bearer feed-token" {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	if cursor := r.URL.Query().Get("cursor"); cursor != "" && cursor == f.refused {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	now := f.now().Unix()
	claims := resourcetest.Claims{
		"aud": f.ClientID, "iat": now, "as_of": now, "since": r.URL.Query().Get("cursor"), "cursor": "next", "keep": 86400, "events": f.events,
	}
	for name, value := range f.change {
		claims[name] = value
	}
	if f.events == nil {
		claims["events"] = []event{}
	}
	f.last = f.Sign(f.header, claims)
	if f.body != "" {
		f.last = f.body
	}
	_, _ = io.WriteString(w, f.last)
}

func (f *fakeFeed) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// soon waits for what the verifier does in the background.
func soon(t *testing.T, condition func() bool, message string) {
	t.Helper()
	require.Eventually(t, condition, 20*time.Second, 5*time.Millisecond, message)
}

// told waits until a request has been answered that was made after now.
func (f *fakeFeed) told(v *resource.Verifier) {
	f.t.Helper()
	before := v.Stats().RevocationRequests
	soon(f.t, func() bool { return v.Stats().RevocationRequests >= before+2 }, "it asks again")
}

func followed(v *resource.Verifier) func() bool {
	return func() bool { return v.Stats().RevocationFeed == "followed" }
}

func TestRevokedTokensAreRefusedByTheFeed(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	second := time.Second.Milliseconds()
	issued := f.now().UnixMilli()
	for name, tc := range map[string]struct {
		claims  resourcetest.Claims
		revoked event
		refused bool
	}{
		"token":                     {resourcetest.Claims{"jti": "t1"}, event{"kind": "token", "id": "t1", "at": issued}, true},
		"grant":                     {resourcetest.Claims{"grant_id": "g1"}, event{"kind": "grant", "id": "g1", "at": issued}, true},
		"client":                    {resourcetest.Claims{"client_id": "c1"}, event{"kind": "client", "id": "c1", "at": issued}, true},
		"user":                      {resourcetest.Claims{"sub": "u1"}, event{"kind": "user", "id": "u1", "at": issued}, true},
		"client, before this token": {resourcetest.Claims{"client_id": "c2"}, event{"kind": "client", "id": "c2", "at": issued - 6*second}, false},
		"client, by another clock":  {resourcetest.Claims{"client_id": "c3"}, event{"kind": "client", "id": "c3", "at": issued - 5*second}, true},
		"user, by another clock":    {resourcetest.Claims{"sub": "u4"}, event{"kind": "user", "id": "u4", "at": issued - 5*second}, true},
		"user, before this token":   {resourcetest.Claims{"sub": "u2"}, event{"kind": "user", "id": "u2", "at": issued - 6*second}, false},
		"of unknown age":            {resourcetest.Claims{"sub": "u3", "iat": nil}, event{"kind": "user", "id": "u3", "at": issued - second}, true},
		"of another kind":           {resourcetest.Claims{"jti": "x1"}, event{"kind": "grant", "id": "x1", "at": issued}, false},
		"nothing by that name":      {resourcetest.Claims{"grant_id": nil}, event{"kind": "grant", "id": "", "at": issued}, false},
		"a kind of the future":      {resourcetest.Claims{"jti": "y1"}, event{"kind": "planet", "id": "y1", "at": issued}, false},
	} {
		token := f.Token(tc.claims)
		p, err := v.Verify(t.Context(), token)
		require.NoError(t, err, name)
		assert.False(t, v.Revoked(p), name)
		f.set(func() { f.events = append(f.events, tc.revoked) })
		f.told(v)
		want := ""
		if tc.refused {
			want = "revoked"
		}
		assert.Equal(t, want, reason(t, v, token), "%s, which is cached", name)
		assert.Equal(t, tc.refused, v.Revoked(p), name)
	}
	assert.Equal(t, 10, v.Stats().RevocationsKnown)
	f.set(func() { f.events = nil })
	f.advance(24*time.Hour + 58*time.Second)
	f.told(v)
	assert.Equal(t, 10, v.Stats().RevocationsKnown, "the clock of the provider may be behind, and a token is accepted a little longer")
	f.advance(2 * time.Minute)
	soon(t, func() bool { return v.Stats().RevocationsKnown == 0 }, "what no token can be valid for is forgotten")
}

// The version before, or the next, may have other cursors.
func TestReaderWhoseCursorIsRefusedBeginsAnew(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	f.set(func() {
		f.refused, f.change = "next", resourcetest.Claims{"cursor": "other"}
		f.events = []event{{"kind": "token", "id": "t1", "at": f.now().UnixMilli()}}
	})
	soon(t, func() bool { return v.Stats().RevocationsKnown == 1 }, "it reads on")
}

// An answer that the provider did not give to this request says nothing.
func TestForgedFeedsAreNotBelieved(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(f *fakeFeed){
		"an access token":       func(f *fakeFeed) { f.header = resourcetest.Claims{"typ": "at+jwt"} },
		"no type":               func(f *fakeFeed) { f.header = nil },
		"another issuer":        func(f *fakeFeed) { f.change = resourcetest.Claims{"iss": "https://other.example"} },
		"another reader":        func(f *fakeFeed) { f.change = resourcetest.Claims{"aud": "other"} },
		"several readers":       func(f *fakeFeed) { f.change = resourcetest.Claims{"aud": []string{f.ClientID, "other"}} },
		"another cursor":        func(f *fakeFeed) { f.change = resourcetest.Claims{"since": "other"} },
		"no cursor to continue": func(f *fakeFeed) { f.change = resourcetest.Claims{"cursor": ""} },
		"an old answer":         func(f *fakeFeed) { f.change = resourcetest.Claims{"iat": f.now().Add(-time.Minute).Unix()} },
		"one of the future":     func(f *fakeFeed) { f.change = resourcetest.Claims{"iat": f.now().Add(time.Minute).Unix()} },
		"not signed":            func(f *fakeFeed) { f.body = `{"events":[]}` },
		"another key": func(f *fakeFeed) {
			f.body = resourcetest.NewIssuer(f.t).Sign(resourcetest.Claims{"typ": "revocations+jwt"}, resourcetest.Claims{"iss": f.URL, "aud": f.ClientID, "since": "", "cursor": "next", "events": []event{}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, v := newFakeFeed(t, nil)
			soon(t, followed(v), "it follows")
			f.set(func() {
				f.events = []event{{"kind": "user", "id": "alice", "at": f.now().UnixMilli()}}
				forge(f)
			})
			failures := v.Stats().RevocationFailures
			soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it was refused")
			assert.Empty(t, reason(t, v, f.Token(nil)))
			assert.Zero(t, v.Stats().RevocationsKnown)
		})
	}
}

// A recorded answer, to a request with another cursor, is not one to this request.
func TestReplayedAnswersAreNotBelieved(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil, event{"kind": "token", "id": "t1", "at": time.Now().UnixMilli()})
	soon(t, func() bool { return v.Stats().RevocationsKnown == 1 }, "it follows")
	f.set(func() {
		f.body = f.Sign(f.header, resourcetest.Claims{"aud": f.ClientID, "since": "", "cursor": "old", "events": []event{}})
	})
	failures := v.Stats().RevocationFailures
	soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it was refused")
}

func TestFeedSurvivesNewKeys(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	f.advance(time.Minute)
	f.WithdrawKeys()
	f.set(func() { f.events = []event{{"kind": "token", "id": "t1", "at": f.now().UnixMilli()}} })
	soon(t, func() bool { return v.Stats().RevocationsKnown == 1 }, "it fetched the new key")
}

// Without the feed the API does what it is set to.
func TestLostFeed(t *testing.T) {
	t.Parallel()
	introspects := func(f *fixture) func(o *resource.Options) {
		return func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: f.ClientID, ClientSecret: f.ClientSecret, CacheFor: -1, CacheInactiveFor: -1}
		}
	}
	t.Run("refuses", func(t *testing.T) {
		t.Parallel()
		f, v := newFakeFeed(t, nil)
		soon(t, followed(v), "it follows")
		token := f.Token(nil)
		require.Empty(t, reason(t, v, token))
		f.set(func() { f.down = true })
		failures := v.Stats().RevocationFailures
		soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it is cut")
		f.advance(time.Minute)
		assert.Empty(t, reason(t, v, token), "it may be that old")
		f.advance(time.Second)
		assert.Equal(t, "provider_unavailable", reason(t, v, token))
		assert.Equal(t, "lost", v.Stats().RevocationFeed)
		assert.EqualValues(t, 1, v.Stats().WithoutFeed)
		f.set(func() { f.down = false })
		soon(t, followed(v), "it follows again")
		assert.Empty(t, reason(t, v, token))
	})
	t.Run("accepts young tokens", func(t *testing.T) {
		t.Parallel()
		f, v := newFakeFeed(t, func(o *resource.Options) { o.Revocations.AcceptAge = 5 * time.Minute })
		soon(t, followed(v), "it follows")
		old := f.Token(nil)
		f.set(func() { f.down = true })
		failures := v.Stats().RevocationFailures
		soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it is cut")
		f.advance(5*time.Minute + time.Second)
		assert.Empty(t, reason(t, v, f.Token(nil)))
		assert.Equal(t, "provider_unavailable", reason(t, v, old))
		assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(resourcetest.Claims{"iat": nil})))
	})
	t.Run("introspects", func(t *testing.T) {
		t.Parallel()
		var f *fakeFeed
		f, _ = newFakeFeed(t, nil)
		v := f.verifier(f.URL, func(o *resource.Options) {
			introspects(f.fixture)(o)
			o.Revocations = &resource.Revocations{ClientID: f.ClientID, Token: feedToken, URL: f.server.URL}
		})
		t.Cleanup(v.Close)
		soon(t, followed(v), "it follows")
		token, other := f.Token(nil), f.Token(nil)
		require.Empty(t, reason(t, v, token))
		assert.Zero(t, f.Introspections(), "the feed is enough")
		f.set(func() { f.down = true })
		failures := v.Stats().RevocationFailures
		soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it is cut")
		f.advance(time.Minute + time.Second)
		f.Revoke(token)
		assert.Equal(t, "inactive", reason(t, v, token))
		assert.Empty(t, reason(t, v, other))
		assert.Equal(t, 2, f.Introspections())
		f.SetDown(true)
		assert.Equal(t, "provider_unavailable", reason(t, v, other), "nobody can say")
	})
	t.Run("accepts young tokens where introspection has no answer", func(t *testing.T) {
		t.Parallel()
		f, _ := newFakeFeed(t, nil)
		v := f.verifier(f.URL, func(o *resource.Options) {
			introspects(f.fixture)(o)
			o.Revocations = &resource.Revocations{ClientID: f.ClientID, Token: feedToken, URL: f.server.URL, AcceptAge: 5 * time.Minute}
		})
		t.Cleanup(v.Close)
		soon(t, followed(v), "it follows")
		old := f.Token(nil)
		f.set(func() { f.down = true })
		failures := v.Stats().RevocationFailures
		soon(t, func() bool { return v.Stats().RevocationFailures > failures }, "it is cut")
		f.advance(5*time.Minute + time.Second)
		young, revoked := f.Token(nil), f.Token(nil)
		f.Revoke(revoked)
		assert.Equal(t, "inactive", reason(t, v, revoked), "the answer counts, not the age")
		f.SetDown(true)
		assert.Empty(t, reason(t, v, young))
		assert.Equal(t, "provider_unavailable", reason(t, v, old))
	})
	t.Run("never known", func(t *testing.T) {
		t.Parallel()
		f := setup(t, nil)
		p := newFaulty(t, f)
		p.answers[metadataPath] = text(`{"issuer":"` + p.url + `","jwks_uri":"` + p.url + `/jwks","token_endpoint":"` + p.url + `/token"}`)
		v := f.verifier(p.url, func(o *resource.Options) {
			o.Revocations = &resource.Revocations{ClientID: f.ClientID, ClientSecret: f.ClientSecret}
		})
		t.Cleanup(v.Close)
		soon(t, func() bool { return v.Stats().RevocationFailures > 0 }, "the provider has none")
		assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(resourcetest.Claims{"iss": p.url})))
		assert.Equal(t, "starting", v.Stats().RevocationFeed)
	})
}

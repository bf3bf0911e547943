package resource_test

import (
	"fmt"
	"io"
	"net"
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
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// failed waits until a request for the feed has failed that was made after now.
func (f *fakeFeed) failed(v *resource.Verifier) {
	f.t.Helper()
	before := v.Stats().RevocationFailures
	soon(f.t, func() bool { return v.Stats().RevocationFailures >= before+2 }, "it fails")
}

// Of an answer that is no whole one, nothing is believed. The next whole one is.
func TestBrokenAnswersOfTheFeed(t *testing.T) {
	t.Parallel()
	half := func(f *fakeFeed, w http.ResponseWriter) {
		f.set(func() {
			w.Header().Set("Content-Length", fmt.Sprint(len(f.last)))
			_, _ = io.WriteString(w, f.last[:len(f.last)/2])
		})
		w.(http.Flusher).Flush()
	}
	for name, answer := range map[string]func(f *fakeFeed, w http.ResponseWriter, r *http.Request){
		"cut in the middle": func(f *fakeFeed, w http.ResponseWriter, _ *http.Request) {
			half(f, w)
			panic(http.ErrAbortHandler)
		},
		"stalled in the middle": func(f *fakeFeed, w http.ResponseWriter, r *http.Request) {
			half(f, w)
			<-r.Context().Done()
		},
		"cut before it": func(*fakeFeed, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"endless":       func(_ *fakeFeed, w http.ResponseWriter, r *http.Request) { endless(w, r) },
		"redirected": func(f *fakeFeed, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, f.server.URL+"/again", http.StatusFound)
		},
		"empty":      func(*fakeFeed, http.ResponseWriter, *http.Request) {},
		"no content": func(_ *fakeFeed, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, v := newFakeFeed(t, func(o *resource.Options) { o.Timeout, o.Revocations.Wait = 100*time.Millisecond, time.Second })
			f.server.Config.ErrorLog = discard()
			soon(t, followed(v), "it follows")
			f.set(func() { f.answer = func(w http.ResponseWriter, r *http.Request) { answer(f, w, r) } })
			f.failed(v)
			assert.Zero(t, v.Stats().RevocationsKnown)
			f.set(func() { f.answer, f.events = nil, []event{{"kind": "token", "id": "t1", "at": f.now().UnixMilli()}} })
			soon(t, func() bool { return v.Stats().RevocationsKnown == 1 }, "it follows again")
		})
	}
}

func TestTenThousandRevocationsAtOnce(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	const many = 10_000
	tokens := make([]string, 3)
	for n, id := range []string{"t0", fmt.Sprint("t", many-1), fmt.Sprint("t", many)} {
		tokens[n] = f.Token(resourcetest.Claims{"jti": id})
		require.Empty(t, reason(t, v, tokens[n]))
	}
	f.set(func() {
		for n := range many {
			f.events = append(f.events, event{"kind": "token", "id": fmt.Sprint("t", n), "at": f.now().UnixMilli()})
		}
	})
	soon(t, func() bool { return v.Stats().RevocationsKnown == many }, "it knows all of them")
	assert.Equal(t, []string{"revoked", "revoked", ""}, []string{reason(t, v, tokens[0]), reason(t, v, tokens[1]), reason(t, v, tokens[2])})
}

// What finds no room must not be taken for something that was not revoked.
func TestMoreRevocationsThanAreRemembered(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, func(o *resource.Options) { o.Revocations.Remember = 10 })
	soon(t, followed(v), "it follows")
	f.set(func() {
		for n := range 20 {
			f.events = append(f.events, event{"kind": "token", "id": fmt.Sprint("t", n), "at": f.now().UnixMilli()})
		}
	})
	f.failed(v)
	assert.Equal(t, 10, v.Stats().RevocationsKnown)
	f.advance(time.Minute + time.Second)
	assert.Equal(t, "revoked", reason(t, v, f.Token(resourcetest.Claims{"jti": "t0"})))
	assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(resourcetest.Claims{"jti": "t19"})))
	f.advance(24*time.Hour + 3*time.Minute)
	f.set(func() { f.events = []event{{"kind": "token", "id": "new", "at": f.now().UnixMilli()}} })
	soon(t, followed(v), "the old ones made room")
	assert.Equal(t, 1, v.Stats().RevocationsKnown)
}

// The clocks may differ by the leeway.
func TestFeedOfAProviderWithAnotherClock(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{30 * time.Second, -30 * time.Second} {
		f, v := newFakeFeed(t, nil)
		f.set(func() {
			at := f.now().Add(skew).Unix()
			f.change = resourcetest.Claims{"iat": at, "as_of": at - 1}
		})
		f.told(v)
		soon(t, followed(v), skew.String())
		assert.Equal(t, time.Second, v.Stats().RevocationAge, "by the difference of the provider's own times")
	}
}

// An answer that was held back says nothing of the time since.
func TestAnswerThatWasHeldBackIsNotNew(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	asked, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.set(func() {
		f.answer = func(w http.ResponseWriter, r *http.Request) {
			f.set(func() { f.answer = nil })
			held := httptest.NewRecorder()
			f.ServeHTTP(held, r)
			once.Do(func() { close(asked) })
			<-release
			_, _ = w.Write(held.Body.Bytes())
			f.set(func() { f.down = true })
		}
	})
	<-asked
	f.advance(25 * time.Second)
	before := v.Stats().RevocationRequests
	close(release)
	soon(t, func() bool { return v.Stats().RevocationRequests > before }, "it is told")
	assert.GreaterOrEqual(t, v.Stats().RevocationAge, 25*time.Second)
	f.advance(36 * time.Second)
	assert.False(t, followed(v)())
}

// Of a clock that was put back nobody can say how long ago the feed was read.
func TestClockThatIsPutBack(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil)
	soon(t, followed(v), "it follows")
	f.set(func() { f.down = true })
	f.failed(v)
	f.advance(-time.Hour)
	assert.Equal(t, "provider_unavailable", reason(t, v, f.Token(nil)))
}

func TestCloseEndsTheConnections(t *testing.T) {
	t.Parallel()
	f := &fakeFeed{fixture: setup(t, nil), header: resourcetest.Claims{"typ": "revocations+jwt"}}
	var open atomic.Int32
	f.server = httptest.NewUnstartedServer(f)
	f.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			open.Add(1)
		}
		if state == http.StateClosed {
			open.Add(-1)
		}
	}
	f.server.Start()
	t.Cleanup(f.server.Close)
	v := f.verifier(f.URL, func(o *resource.Options) {
		o.Revocations = &resource.Revocations{ClientID: f.ClientID, Token: feedToken, URL: f.server.URL}
	})
	soon(t, followed(v), "it follows")
	require.Positive(t, open.Load())
	v.Close()
	v.Close()
	soon(t, func() bool { return open.Load() == 0 }, "no connection is left")
	assert.Empty(t, reason(t, v, f.Token(nil)), "it verifies still")
}

// The state may be asked for, tokens verified, and all of it ended at once.
func TestFeedIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	f, v := newFakeFeed(t, nil, event{"kind": "token", "id": "t1", "at": time.Now().UnixMilli()})
	token := f.Token(nil)
	soon(t, followed(v), "it follows")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				_, _ = v.Verify(t.Context(), token)
				_ = v.Stats()
			}
			v.Close()
		})
	}
	all.Wait()
}

// relay passes connections on, until it swallows what comes by those that it has.
type relay struct {
	net.Listener

	to        string
	mu        sync.Mutex
	swallowed []net.Conn
	taken     atomic.Int32
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{Listener: listener, to: to}
	t.Cleanup(func() { _ = listener.Close(); r.swallow() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := (&net.Dialer{}).Dial("tcp", to)
			if err != nil {
				return
			}
			r.taken.Add(1)
			r.mu.Lock()
			r.swallowed = append(r.swallowed, server)
			r.mu.Unlock()
			go func() { _, _ = io.Copy(server, client) }()
			go func() { _, _ = io.Copy(client, server) }()
		}
	}()
	return r
}

// swallow closes the connections to the server. Clients learn nothing of that.
func (r *relay) swallow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.swallowed {
		_ = c.Close()
	}
	r.swallowed = nil
}

// A machine that goes away says nothing on its connections. With HTTP/2 the next requests would take
// the same one.
func TestFeedLeavesADeadConnection(t *testing.T) {
	t.Parallel()
	f := &fakeFeed{fixture: setup(t, nil), header: resourcetest.Claims{"typ": "revocations+jwt"}}
	f.server = httptest.NewUnstartedServer(f)
	f.server.EnableHTTP2 = true
	f.server.StartTLS()
	t.Cleanup(f.server.Close)
	r := newRelay(t, strings.TrimPrefix(f.server.URL, "https://"))
	client := f.server.Client()
	v := f.verifier(f.URL, func(o *resource.Options) {
		o.HTTPClient, o.Timeout = client, 100*time.Millisecond
		o.Revocations = &resource.Revocations{ClientID: f.ClientID, Token: feedToken, URL: "https://" + r.Addr().String(), Wait: time.Second}
	})
	t.Cleanup(v.Close)
	soon(t, followed(v), "it follows")
	require.EqualValues(t, 1, r.taken.Load(), "by HTTP/2 one connection is enough")
	r.swallow()
	f.set(func() { f.events = []event{{"kind": "token", "id": "t1", "at": f.now().UnixMilli()}} })
	soon(t, func() bool { return v.Stats().RevocationsKnown == 1 }, "it took another connection")
	assert.LessOrEqual(t, v.Stats().RevocationFailures, uint64(3), "soon, and not when HTTP/2 found out")
}

package resource_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

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

func TestTheBreakerHeedsRetryAfter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status     int
		retryAfter string
		first      string // of the answer before the breaker opens
		pause      time.Duration
	}{
		"longer than its own pause": {http.StatusTooManyRequests, "20", "20", 20 * time.Second},
		"shorter":                   {http.StatusServiceUnavailable, "1", "2", 5 * time.Second},
		"too long":                  {http.StatusServiceUnavailable, "3600", "60", time.Minute},
		"not in seconds":            {http.StatusServiceUnavailable, "soon", "2", 5 * time.Second},
	} {
		f := setup(t, nil)
		p := newFaulty(t, f)
		var asked atomic.Int32
		p.answers["/introspect"] = func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Retry-After", tc.retryAfter)
			w.WriteHeader(tc.status)
		}
		v := f.verifier(p.url, func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret", BreakerFailures: 2}
		})
		assert.Equal(t, tc.first, get(v.Authenticate, "Bearer a").Header().Get("Retry-After"), name)
		assert.Equal(t, "provider_unavailable", reason(t, v, "b"))
		require.Equal(t, "open", v.Stats().Breaker, name)
		assert.Equal(t, fmt.Sprint(int(tc.pause.Seconds())), get(v.Authenticate, "Bearer c").Header().Get("Retry-After"), name)
		f.advance(tc.pause - time.Second)
		assert.Equal(t, "open", v.Stats().Breaker, name)
		f.advance(time.Second)
		assert.Equal(t, "half-open", v.Stats().Breaker, name)
		assert.Equal(t, "provider_unavailable", reason(t, v, "d"))
		assert.EqualValues(t, 3, asked.Load(), name)
		f.advance(tc.pause - time.Second)
		assert.Equal(t, "open", v.Stats().Breaker, "%s: after the question that tried, too", name)
	}
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

package generator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// workload implements generator.Workload by functions.
type workload struct {
	request  func(worker, i int) []byte
	response func(r generator.Response) error
}

func (w workload) Request(worker, i int) []byte                       { return w.request(worker, i) }
func (w workload) CheckResponse(_, _ int, r generator.Response) error { return w.response(r) }
func always(request []byte) func(int, int) []byte                     { return func(int, int) []byte { return request } }

func serve(t *testing.T, h http.HandlerFunc) (*httptest.Server, string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server, strings.TrimPrefix(server.URL, "http://")
}

func with(t *testing.T, address string, connections int) *generator.Generator {
	t.Helper()
	g := generator.New(address, connections)
	t.Cleanup(func() { assert.NoError(t, g.Close()) })
	return g
}

func wants200(r generator.Response) error {
	if r.Status != http.StatusOK {
		return fmt.Errorf("status %d", r.Status)
	}
	return nil
}

func TestRunSendsExactNumberOfRequestsOverKeepAlive(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	var peers sync.Map
	_, address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		peers.Store(r.RemoteAddr, true)
		_, _ = w.Write([]byte("ok"))
	})
	g := with(t, address, 4)
	for run := range 2 {
		got := g.Run(t.Context(), generator.Limit{Duration: time.Minute, Requests: 1001}, workload{always(generator.Get(address, "/")), wants200})
		require.NoError(t, got.FirstError)
		assert.Equal(t, 1001, got.Requests)
		assert.Zero(t, got.Errors)
		assert.Len(t, got.Latencies, 1001)
		assert.IsNonDecreasing(t, got.Latencies)
		assert.EqualValues(t, 1001*(run+1), seen.Load())
	}
	connections := 0
	peers.Range(func(any, any) bool { connections++; return true })
	assert.LessOrEqual(t, connections, 4, "connections must be kept, between runs too")
}

func TestRunEndsWithItsTime(t *testing.T) {
	t.Parallel()
	_, address := serve(t, func(http.ResponseWriter, *http.Request) {})
	got := with(t, address, 2).Run(t.Context(), generator.Limit{Duration: 100 * time.Millisecond}, workload{always(generator.Get(address, "/")), wants200})
	assert.Zero(t, got.Errors, got.FirstError)
	assert.Positive(t, got.Requests)
	assert.GreaterOrEqual(t, got.Elapsed, 100*time.Millisecond)
	assert.Less(t, got.Elapsed, 5*time.Second)
}

// A latency is from when the request was due: a server that stops for a while has slow responses to all that
// should have been sent meanwhile.
func TestRateIsKeptWhateverTheServerDoes(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	_, address := serve(t, func(http.ResponseWriter, *http.Request) {
		if seen.Add(1) == 10 {
			time.Sleep(300 * time.Millisecond)
		}
	})
	got := with(t, address, 1).Run(t.Context(), generator.Limit{Duration: time.Second, Rate: 50}, workload{always(generator.Get(address, "/")), wants200})
	require.NoError(t, got.FirstError)
	assert.Equal(t, 50, got.Requests)
	assert.GreaterOrEqual(t, got.Elapsed, 980*time.Millisecond)
	slow := 0
	for _, latency := range got.Latencies {
		if latency > 100*time.Millisecond {
			slow++
		}
	}
	assert.Greater(t, slow, 5)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Zero(t, with(t, address, 1).Run(ctx, generator.Limit{Duration: time.Minute, Rate: 0.001}, workload{always(generator.Get(address, "/")), wants200}).Errors)
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, address := serve(t, func(http.ResponseWriter, *http.Request) { cancel() })
	got := with(t, address, 2).Run(ctx, generator.Limit{Duration: time.Minute}, workload{always(generator.Get(address, "/")), wants200})
	assert.Less(t, got.Elapsed, 30*time.Second)
}

func TestRunEndsWhenWorkloadEnds(t *testing.T) {
	t.Parallel()
	_, address := serve(t, func(http.ResponseWriter, *http.Request) {})
	three := func(_, i int) []byte {
		if i == 3 {
			return nil
		}
		return generator.Get(address, "/")
	}
	got := with(t, address, 2).Run(t.Context(), generator.Limit{Duration: time.Minute}, workload{three, wants200})
	assert.Equal(t, 6, got.Requests)
}

func TestRunCountsWrongResponses(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	_, address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1)%5 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	got := with(t, address, 3).Run(t.Context(), generator.Limit{Duration: time.Minute, Requests: 100}, workload{always(generator.Get(address, "/")), wants200})
	assert.Equal(t, 100, got.Requests)
	assert.Equal(t, 20, got.Errors)
	assert.EqualError(t, got.FirstError, "status 503")
}

func TestRunContinuesAfterServerClosesConnection(t *testing.T) {
	t.Parallel()
	_, address := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	got := with(t, address, 2).Run(t.Context(), generator.Limit{Duration: time.Minute, Requests: 20}, workload{always(generator.Get(address, "/")), wants200})
	assert.Equal(t, 20, got.Requests)
	assert.Zero(t, got.Errors, got.FirstError)
}

func TestRunStopsWhenServerIsGone(t *testing.T) {
	t.Parallel()
	server, address := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	got := with(t, address, 2).Run(t.Context(), generator.Limit{Duration: time.Minute}, workload{always(generator.Get(address, "/")), wants200})
	assert.Less(t, got.Elapsed, 30*time.Second)
	assert.Equal(t, got.Requests, got.Errors)
	assert.Positive(t, got.Errors)
	assert.Error(t, got.FirstError)
}

func TestPostFormIsParsedByServer(t *testing.T) {
	t.Parallel()
	var fault error
	_, address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id != "a%3Ab" || secret != "s%25t" || r.PostFormValue("token") != "x y&z" || r.URL.Path != "/p" || r.Host != "id.example" {
			fault = errors.New("unexpected request")
		}
	})
	request := generator.PostForm("id.example", "/p", "a:b", "s%t", url.Values{"token": {"x y&z"}})
	got := with(t, address, 1).Run(t.Context(), generator.Limit{Duration: time.Minute, Requests: 1}, workload{always(request), wants200})
	require.NoError(t, got.FirstError)
	assert.NoError(t, fault)
}

// BenchmarkRequest measures the generator and a bare server together.
func BenchmarkRequest(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	g := generator.New(address, 8)
	defer func() { assert.NoError(b, g.Close()) }()
	b.ReportAllocs()
	got := g.Run(b.Context(), generator.Limit{Duration: time.Minute, Requests: b.N}, workload{always(generator.Get(address, "/")), wants200})
	require.NoError(b, got.FirstError)
}

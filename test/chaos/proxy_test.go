package chaos_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy is a load balancer in front of a fleet: it probes the readiness of every server five
// times a second and forwards requests to the ready ones in turn, over keep-alive connections.
// No request is sent twice: net/http does not retry a POST whose body it cannot rewind, and the
// body of a forwarded request is such.
type proxy struct {
	*httptest.Server

	servers []*backend
	turn    atomic.Uint64

	mu       sync.Mutex
	failures []string
}

type backend struct {
	node  *node
	proxy *httputil.ReverseProxy
	ready atomic.Bool
}

const probeEvery = 200 * time.Millisecond

func newProxy(t *testing.T, nodes []*node) *proxy {
	t.Helper()
	p := &proxy{}
	ctx, stop := context.WithCancel(t.Context())
	var probes sync.WaitGroup
	for _, n := range nodes {
		target, err := url.Parse(n.url)
		if err != nil {
			t.Fatal(err)
		}
		b := &backend{node: n, proxy: httputil.NewSingleHostReverseProxy(target)}
		transport := &http.Transport{MaxIdleConnsPerHost: 64}
		b.proxy.Transport = transport
		b.proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
			p.failed(fmt.Sprintf("%s %s at %s: %v", time.Now().Format("15:04:05.000"), r.URL.Path, n.url, err))
			w.WriteHeader(http.StatusBadGateway)
		}
		b.ready.Store(true)
		p.servers = append(p.servers, b)
		probes.Go(func() { b.probe(ctx) })
		t.Cleanup(transport.CloseIdleConnections)
	}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() {
		stop()
		probes.Wait()
		p.Close()
	})
	return p
}

// probe checks the readiness until ctx ends.
func (b *backend) probe(ctx context.Context) {
	every := time.NewTicker(probeEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.node.ops+"/healthz/ready", nil)
		if err != nil {
			return
		}
		response, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = response.Body.Close()
		}
		b.ready.Store(err == nil && response.StatusCode == http.StatusOK)
	}
}

// ServeHTTP forwards the request to the next ready server.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := int(p.turn.Add(1))
	for i := range p.servers {
		b := p.servers[(first+i)%len(p.servers)]
		if b.ready.Load() {
			b.proxy.ServeHTTP(w, r)
			return
		}
	}
	p.failed(fmt.Sprintf("%s %s: no server is ready", time.Now().Format("15:04:05.000"), r.URL.Path))
	w.WriteHeader(http.StatusServiceUnavailable)
}

func (p *proxy) failed(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures = append(p.failures, what)
}

func (p *proxy) faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures
}

package proxy_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// feed is that of another issuer than the one of the fixture.
type feed struct {
	*resourcetest.Issuer
	t      *testing.T
	server *httptest.Server

	mu   sync.Mutex
	told []resourcetest.Claims
}

func newFeed(t *testing.T) *feed {
	t.Helper()
	f := &feed{Issuer: resourcetest.NewIssuer(t), t: t, told: []resourcetest.Claims{}}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now().Unix()
	_, _ = io.WriteString(w, f.Sign(resourcetest.Claims{"typ": "revocations+jwt"}, resourcetest.Claims{
		"aud": f.ClientID, "iat": now, "as_of": now, "since": r.URL.Query().Get("cursor"), "cursor": "next", "keep": 86400, "events": f.told,
	}))
}

// follow has a proxy take tokens of this issuer, and heed what it revokes.
func (f *feed) follow(c *proxy.Config) {
	f.t.Helper()
	v, err := resource.New(f.t.Context(), f.URL, resource.Options{
		Audience: []string{f.Audience}, Logger: c.Log,
		Revocations: &resource.Revocations{ClientID: f.ClientID, URL: f.server.URL, Token: func(context.Context) (string, error) { return "token", nil }},
	})
	require.NoError(f.t, err)
	f.t.Cleanup(v.Close)
	require.Eventually(f.t, func() bool { return v.Stats().RevocationFeed == "followed" }, 20*time.Second, time.Millisecond)
	c.Verifier = v
}

// revokeID revokes a token by its jti.
func (f *feed) revokeID(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = append(f.told, resourcetest.Claims{"kind": "token", "id": id, "at": time.Now().UnixMilli()})
}

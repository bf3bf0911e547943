package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// protect runs "gatehouse proxy" for the tokens of a server.
func protect(t *testing.T, s *server, env []string, args ...string) (address, ops string) {
	t.Helper()
	return protectFor(t, s.url, env, args...)
}

// protectFor runs "gatehouse proxy" until the test ends, and returns where it listens and where its probes
// are.
func protectFor(t *testing.T, issuer string, env []string, args ...string) (address, ops string) {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	listen, opsListen := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t)), fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	log := &harness.Output{}
	cmd := exec.Command(path, append([]string{"proxy", "--issuer", issuer, "--listen", listen, "--ops-listen", opsListen}, args...)...)
	cmd.Env = append([]string{"GATEHOUSE_DRAIN_DELAY=0s"}, env...)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(t, cmd.Wait(), "it stops without a fault:\n%s", log)
	})
	require.Eventually(t, func() bool {
		ready, err := http.Get("http://" + opsListen + "/healthz/ready")
		return err == nil && ready.Body.Close() == nil && ready.StatusCode == http.StatusOK
	}, 20*time.Second, 20*time.Millisecond, "the proxy is not ready")
	return "http://" + listen, "http://" + opsListen
}

// An API that knows nothing of tokens, behind the proxy, with tokens of a real server.
func TestProxyProtectsAnAPI(t *testing.T) {
	t.Parallel()
	s := dev(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("X-Auth-Client-Id")+" "+r.Header.Get("X-Auth-Scopes")+r.Header.Get("Authorization"))
	}))
	t.Cleanup(api.Close)
	secret := s.client("invoices-api", "--dev")
	service := []string{"--dev", "--grant-type", "client_credentials", "--scope", "invoices:read", "--scope", "invoices:admin", "--audience", "invoices-api"}
	opaque := s.client("batch", service...)
	signed := s.client("reports", append(service, "--access-token-format", "jwt")...)
	settings := []string{"GATEHOUSE_PROXY_CLIENT_SECRET=" + secret, "GATEHOUSE_PROXY_INTROSPECTION_CACHE=0s"}
	flags := []string{"--audience", "invoices-api", "--client-id", "invoices-api", "--introspect-jwts", "--require", "invoices:read", "--route", "/admin=invoices:admin", "--public", "/open"}
	address, ops := protect(t, s, settings, append(flags, "--upstream", api.URL)...)
	asks, _ := protect(t, s, settings, append(flags, "--forward-auth")...)

	get := func(path, token string) response {
		r, err := http.NewRequest(http.MethodGet, address+path, nil)
		require.NoError(t, err)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		got := s.send(r)
		// Another proxy gets the same answer about the same request.
		r, err = http.NewRequest(http.MethodGet, asks+"/forward-auth", nil)
		require.NoError(t, err)
		r.Header = http.Header{"X-Forwarded-Method": {http.MethodGet}, "X-Forwarded-Uri": {path}}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		forwarded := s.send(r)
		assert.Equal(t, got.status, forwarded.status, path)
		assert.Equal(t, got.header["Www-Authenticate"], forwarded.header["Www-Authenticate"], path)
		return got
	}
	assert.Equal(t, http.StatusOK, get("/open", "").status)
	assert.Equal(t, http.StatusUnauthorized, get("/", "").status)
	for id, secret := range map[string]string{"batch": opaque, "reports": signed} {
		reader := s.token(id, secret, url.Values{"scope": {"invoices:read"}, "audience": {"invoices-api"}})
		got := get("/invoices", reader)
		assert.Equal(t, http.StatusOK, got.status, got.body)
		assert.Equal(t, id+" invoices:read", got.body)
		assert.Equal(t, http.StatusForbidden, get("/admin", reader).status)
		assert.Equal(t, http.StatusOK, get("/admin", s.token(id, secret, url.Values{"scope": {"invoices:admin"}, "audience": {"invoices-api"}})).status)
		require.Equal(t, http.StatusOK, s.post("/oauth/revoke", id, secret, url.Values{"token": {reader}}).status)
		assert.Equal(t, http.StatusUnauthorized, get("/invoices", reader).status, "revoked")
	}
	for path, part := range map[string]string{"/jwks": `"crv":"P-256"`, "/metrics": `gatehouse_proxy_requests_refused_total{reason="inactive"} 2`} {
		r, err := http.NewRequest(http.MethodGet, ops+path, nil)
		require.NoError(t, err)
		assert.Contains(t, s.send(r).body, part)
	}
	fresh := s.token("batch", opaque, url.Values{"scope": {"invoices:read"}, "audience": {"invoices-api"}})
	s.kill()
	got := get("/invoices", fresh)
	assert.Equal(t, http.StatusServiceUnavailable, got.status, "without the server, nobody is let through")
	assert.NotEmpty(t, got.header.Get("Retry-After"))
}

func TestProxyFindsItsOwnFaults(t *testing.T) {
	t.Parallel()
	path, err := binary()
	require.NoError(t, err)
	var errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), path, "proxy", "--issuer", "http://id.example.com", "--audience", "a", "--upstream", "http://127.0.0.1:1")
	cmd.Stderr = &errs
	require.Error(t, cmd.Run())
	assert.Contains(t, errs.String(), "https", "the keys would come from whoever is in between")
}

// The proxy refuses what was revoked without asking about it, and JWTs that it cannot know about once the
// server is away.
func TestProxyFollowsRevocations(t *testing.T) {
	t.Parallel()
	s := dev(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("X-Auth-Client-Id"))
	}))
	t.Cleanup(api.Close)
	secret := s.client("invoices-api", "--dev", "--grant-type", "client_credentials", "--scope", audit.RevocationFeed)
	reports := s.client("reports", "--dev", "--grant-type", "client_credentials", "--scope", "invoices:read", "--audience", "invoices-api", "--access-token-format", "jwt")
	settings := []string{"GATEHOUSE_PROXY_CLIENT_SECRET=" + secret}
	flags := []string{"--audience", "invoices-api", "--client-id", "invoices-api", "--revocations", "--revocations-max-age", "2s", "--require", "invoices:read", "--upstream", api.URL}
	address, ops := protect(t, s, settings, flags...)
	lenient, _ := protect(t, s, settings, append(flags, "--revocations-accept-age", "1h")...)
	get := func(url, token string) response {
		r, err := http.NewRequest(http.MethodGet, url, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		return s.send(r)
	}
	shows := func(line string) bool {
		return strings.Contains(get(ops+"/metrics", "").body, "\n"+line+"\n")
	}
	s.soon(func() bool { return shows("gatehouse_proxy_revocations_followed 1") }, "it follows")

	form := url.Values{"scope": {"invoices:read"}, "audience": {"invoices-api"}}
	one, other := s.token("reports", reports, form), s.token("reports", reports, form)
	require.Equal(t, "reports", get(address, one).body)
	require.Equal(t, "reports", get(address, other).body)
	require.Equal(t, http.StatusOK, s.post("/oauth/revoke", "reports", reports, url.Values{"token": {one}}).status)
	s.soon(func() bool { return get(address, one).status == http.StatusUnauthorized }, "it is refused")
	assert.Contains(t, get(address, one).header.Get("WWW-Authenticate"), "The access token was revoked.")
	assert.Equal(t, http.StatusOK, get(address, other).status)
	assert.True(t, shows(`gatehouse_proxy_introspections_total{outcome="answered"} 0`), "nothing was introspected")
	assert.True(t, shows(`gatehouse_proxy_tokens_without_revocations_total 0`))

	s.soon(func() bool { return get(lenient, one).status == http.StatusUnauthorized }, "the second proxy knows it too")
	s.kill()
	s.soon(func() bool { return get(address, other).status == http.StatusServiceUnavailable }, "nobody can say whether it was revoked")
	assert.True(t, shows("gatehouse_proxy_revocations_followed 0"))
	assert.Equal(t, http.StatusOK, get(lenient, other).status, "it is young enough")
	assert.Equal(t, http.StatusUnauthorized, get(lenient, one).status, "what was revoked is not forgotten")
}

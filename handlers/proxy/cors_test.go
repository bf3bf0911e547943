package proxy_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
)

const origin, preflightMethod = "Origin: https://spa.example", "Access-Control-Request-Method: GET"

func preflights(c *proxy.Config) { c.CORSPreflight = true }

func TestPreflightRequestsReachTheAPIWithoutAnIdentity(t *testing.T) {
	t.Parallel()
	f := setup(t, preflights)
	for _, target := range []string{"/invoices", "/admin", "/open"} {
		response := f.sendBy("OPTIONS", target, origin, preflightMethod, bearer(f.reader()), "X-Auth-Subject: mallory")
		require.Equal(t, http.StatusOK, response.StatusCode, target)
		assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"), "whom it lets read is the API's business")
		got := f.received()
		assert.Equal(t, []string{"OPTIONS", "https://spa.example", "GET"}, []string{got.Method, got.Header.Get("Origin"), got.Header.Get("Access-Control-Request-Method")})
		for _, name := range append(proxy.IdentityHeaders(), "Authorization") {
			assert.Empty(t, got.Header.Get(name), name)
		}
	}
	assert.Equal(t, http.StatusBadRequest, f.sendBy("OPTIONS", "/open/../admin", origin, preflightMethod).StatusCode)
}

func TestOnlyPreflightRequestsNeedNoToken(t *testing.T) {
	t.Parallel()
	f := setup(t, preflights)
	for name, tc := range map[string]struct {
		method  string
		headers []string
	}{
		"no preflight":     {"OPTIONS", []string{origin}},
		"no origin":        {"OPTIONS", []string{preflightMethod}},
		"another method":   {"GET", []string{origin, preflightMethod}},
		"method override":  {"OPTIONS", []string{origin, preflightMethod, "X-HTTP-Method-Override: DELETE"}},
		"another override": {"OPTIONS", []string{origin, preflightMethod, "X_Method_Override: DELETE"}},
		"a third one":      {"OPTIONS", []string{origin, preflightMethod, "X-HTTP-Method: DELETE"}},
		"a body":           {"OPTIONS", []string{origin, preflightMethod, "Content-Length: 1"}},
		"a body in chunks": {"OPTIONS", []string{origin, preflightMethod, "Transfer-Encoding: chunked"}},
	} {
		assert.Equal(t, http.StatusUnauthorized, f.sendBy(tc.method, "/", tc.headers...).StatusCode, name)
		assert.Nil(t, f.received(), name)
	}
	assert.Equal(t, http.StatusUnauthorized, setup(t, nil).sendBy("OPTIONS", "/", origin, preflightMethod).StatusCode, "unless it is set")
}

func TestForwardAuthOfPreflightRequests(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) { c.Upstream, c.CORSPreflight = nil, true })
	response := f.ask("OPTIONS", "/invoices", origin, preflightMethod)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, []string{""}, response.Header["X-Auth-Subject"])
	assert.Equal(t, http.StatusBadRequest, f.ask("OPTIONS", "/invoices", origin, preflightMethod, "X-Auth-Subject: mallory").StatusCode)
	assert.Equal(t, http.StatusUnauthorized, f.ask("GET", "/invoices", origin, preflightMethod).StatusCode)
}

func TestScriptsCanReadRefusals(t *testing.T) {
	t.Parallel()
	f := setup(t, preflights)
	f.api.Close()
	for target, status := range map[string]int{"/admin": http.StatusForbidden, "/": http.StatusBadGateway} {
		response := f.send(target, origin, bearer(f.reader()))
		assert.Equal(t, status, response.StatusCode, target)
		assert.Equal(t, []string{"*"}, response.Header["Access-Control-Allow-Origin"], target)
		assert.Equal(t, []string{"WWW-Authenticate, Retry-After"}, response.Header["Access-Control-Expose-Headers"], target)
		assert.Empty(t, response.Header["Access-Control-Allow-Credentials"], target)
	}
	assert.Equal(t, []string{"*"}, f.send("/", origin).Header["Access-Control-Allow-Origin"])
	assert.Empty(t, f.send("/").Header["Access-Control-Allow-Origin"], "it is no script of another origin")
	assert.Empty(t, setup(t, nil).send("/", origin).Header["Access-Control-Allow-Origin"], "unless it is set")
}

func TestTheAPISaysWhoMayReadItsAnswers(t *testing.T) {
	t.Parallel()
	f := before(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://spa.example")
		_, _ = io.WriteString(w, "secret")
	}, preflights)
	response := f.send("/", origin, bearer(f.reader()))
	assert.Equal(t, []string{"https://spa.example"}, response.Header["Access-Control-Allow-Origin"])
	assert.Empty(t, response.Header["Access-Control-Expose-Headers"])
}

package proxy_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
)

// spellings of a header that some API takes for X-Auth-Subject.
func spellings() []string {
	return []string{"X-Auth-Subject", "x-auth-subject", "X_Auth_Subject", "X_AUTH_SUBJECT", "X-Auth_Subject", "X.Auth.Subject", "x~auth-subject"}
}

func TestClientsCannotSendTheHeadersOfTheProxy(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, target := range []string{"/", "/open"} {
		for _, name := range spellings() {
			for _, connection := range []string{"X-Other: 1", "Connection: " + name, "Connection: keep-alive, X-Auth-Subject, X-Auth-Assertion"} {
				response := f.send(target, bearer(f.reader()), name+": mallory", name+": mallory", "X-Auth-Assertion: forged", "X_Auth_Client_Id: forged", connection)
				require.Equal(t, http.StatusOK, response.StatusCode, name)
				got := f.received()
				for received, values := range got.Header {
					for _, value := range values {
						assert.NotEqual(t, "mallory", value, "%s as %s", name, received)
						assert.NotEqual(t, "forged", value, "%s as %s", name, received)
					}
				}
				assert.Equal(t, target == "/", got.Header.Get("X-Auth-Subject") != "")
				assert.Equal(t, target == "/", got.Header.Get("X-Auth-Assertion") != "")
			}
		}
	}
}

func TestClientsCannotSendThemAsTrailers(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	connection := f.dial()
	_, err := connection.Write([]byte("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + bearer(f.reader()) +
		"\r\nTransfer-Encoding: chunked\r\nTrailer: X-Auth-Subject\r\n\r\n1\r\na\r\n0\r\nX-Auth-Subject: mallory\r\n\r\n"))
	require.NoError(t, err)
	got := <-f.asked
	assert.NotContains(t, got.Header["X-Auth-Subject"], "mallory")
	assert.Empty(t, got.Trailer)
}

func TestClientsCannotChooseAnotherPathOrAddress(t *testing.T) {
	t.Parallel()
	sent := []string{
		"X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X_Original_Url: /admin", "X-Forwarded-Uri: /admin", "X-Forwarded-Prefix: /admin",
		"X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X_Forwarded_For: 192.0.2.1",
		"Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "X-Forwarded-Port: 192.0.2.1", "X-Forwarded-Client-Cert: 192.0.2.1", "X-Forwarded-User: 192.0.2.1",
		"X_Forwarded_Groups: 192.0.2.1", "x.forwarded.server: 192.0.2.1", "Proxy: http://192.0.2.1",
	}
	f := setup(t, nil)
	headers := append([]string{bearer(f.reader())}, sent...)
	require.Equal(t, http.StatusOK, f.send("/", headers...).StatusCode)
	got := f.received()
	assert.Equal(t, []string{"127.0.0.1", "api.example.test", "http"}, forwarded(got))
	for name, values := range got.Header {
		assert.NotContains(t, strings.Join(values, ","), "/admin", name)
		assert.NotContains(t, strings.Join(values, ","), "192.0.2.1", name)
	}

	behind := setup(t, func(c *proxy.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	headers[0] = bearer(behind.reader())
	require.Equal(t, http.StatusOK, behind.send("/", headers...).StatusCode)
	got = behind.received()
	assert.Equal(t, []string{"192.0.2.1, 127.0.0.1", "evil.example", "https"}, forwarded(got), "a proxy that is trusted says so")
	assert.Equal(t, "192.0.2.1", got.Header.Get("X-Forwarded-User"))
	assert.Empty(t, got.Header.Get("X-Original-Url"))
	assert.Empty(t, got.Header.Get("Proxy"))
}

func forwarded(r *http.Request) []string {
	return []string{r.Header.Get("X-Forwarded-For"), r.Header.Get("X-Forwarded-Host"), r.Header.Get("X-Forwarded-Proto")}
}

package e2e_test

import (
	"net/http"
	"path"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// With a list of networks the API answers nobody else, whatever the credentials, and a caller cannot
// make up its address.
func TestManagementIsForSomeNetworks(t *testing.T) {
	t.Parallel()
	s := prepare(t, "")
	s.env = append(s.env, "GATEHOUSE_API_ALLOW=10.0.0.0/8, 2001:db8::/32", "GATEHOUSE_TRUSTED_PROXIES=127.0.0.1")
	s.run()
	caller := basic("ops", s.manager("ops", audit.ReadScope("keys")))
	from := func(authorization, forwarded string) response {
		return s.manage(authorization, http.MethodGet, "/keys", "", "X-Forwarded-For", forwarded)
	}
	s.soon(func() bool { return from(caller, "10.1.2.3").status == http.StatusOK }, "the client is unknown")
	for forwarded, want := range map[string]int{
		"10.1.2.3": http.StatusOK, "::ffff:10.1.2.3": http.StatusOK, "2001:db8::1": http.StatusOK,
		"192.0.2.1": http.StatusForbidden, "10.1.2.3, 192.0.2.1": http.StatusForbidden, "": http.StatusForbidden, "made-up": http.StatusForbidden, "2001:db9::1": http.StatusForbidden,
	} {
		got := from(caller, forwarded)
		assert.Equal(t, want, got.status, "%q: %s", forwarded, got.body)
		if want == http.StatusForbidden {
			assert.Equal(t, want, from("", forwarded).status, "before credentials are looked at: %q", forwarded)
		}
	}
	assert.Equal(t, http.StatusUnauthorized, from("", "10.1.2.3").status)
	refused := from(caller, "192.0.2.1")
	assert.Equal(t, "access_denied", refused.json(t)["error"])
	assert.NotContains(t, refused.body, "192.0.2.1")
	assert.Contains(t, string(s.command("explain", path.Base(refused.json(t)["error_uri"].(string)))), "192.0.2.1")
	assert.Equal(t, http.StatusOK, s.get("/oauth/jwks").status, "the rest of the server is for everybody")
}

package e2e_test

import (
	"crypto/sha1"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Passwords that a service knows to be breached are refused, and the service is told five digits of a
// hash. While it does not respond, passwords are accepted, which is counted and logged.
func TestBreachedPasswords(t *testing.T) {
	t.Parallel()
	digits := func(password string) string { return fmt.Sprintf("%X", sha1.Sum([]byte(password))) }
	const stolen, lost = "through the looking-glass", "down the rabbit-hole"
	var failing atomic.Bool
	paths := make(chan string, 20)
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths <- r.RequestURI
		if failing.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintf(w, "%s:42\r\n%s:3\r\n", strings.Repeat("A", 35), digits(stolen)[5:])
	}))
	t.Cleanup(service.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: service.Certificate().Raw}), 0o600))
	s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	s.env = append(s.env, "GATEHOUSE_OUTBOUND_CA="+ca, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1", "GATEHOUSE_BREACHED_PASSWORDS="+service.URL+"/range/")
	s.run()
	create := func(name, password string) response {
		return s.manage(caller, http.MethodPost, "/admin/users", fmt.Sprintf(`{"username":%q,"password":%q}`, name, password))
	}
	counted := func(outcome string) float64 {
		return s.series()[`gatehouse_breached_password_lookups_total{outcome="`+outcome+`"}`]
	}

	got := create("alice", stolen)
	assert.Equal(t, http.StatusBadRequest, got.status)
	assert.Contains(t, got.body, `"message":"fos_user.password.breached","property_path":"plainPassword","pointer":"/password"`)
	assert.NotContains(t, got.body, "looking-glass")
	created := create("alice", "correct horse battery")
	require.Equal(t, http.StatusCreated, created.status, created.body)
	id := created.json(t)["id"].(string)
	got = s.manage(caller, http.MethodPut, "/admin/users/"+id+"/password", fmt.Sprintf(`{"password":%q}`, stolen))
	assert.Equal(t, http.StatusBadRequest, got.status)
	assert.Contains(t, got.body, "fos_user.password.breached")
	assert.Equal(t, []float64{2, 1, 0}, []float64{counted("breached"), counted("not_breached"), counted("unknown")})
	for _, password := range []string{stolen, "correct horse battery", stolen} {
		assert.Equal(t, "/range/"+digits(password)[:5], <-paths)
	}

	for _, password := range []string{stolen, "the pool of tears"} {
		got = s.manage(caller, http.MethodPost, "/admin/users", fmt.Sprintf(`{"username":"dinah","plainPassword":%q}`, password), "Idempotency-Key", password[:5])
		assert.Equal(t, "/range/"+digits(password)[:5], <-paths)
	}
	assert.Equal(t, http.StatusCreated, got.status, got.body)
	assert.Equal(t, []float64{3, 2, 0}, []float64{counted("breached"), counted("not_breached"), counted("unknown")})
	assert.Empty(t, paths, "once each")

	failing.Store(true)
	assert.Equal(t, http.StatusCreated, create("bob", stolen).status, "a service of somebody else does not decide who can register")
	service.Close()
	assert.Equal(t, http.StatusCreated, create("carol", lost).status)
	assert.InDelta(t, 2, counted("unknown"), 0)
	log := s.log.String()
	assert.Equal(t, 2, strings.Count(log, `"event":"password_looked_up","outcome":"unknown"`), log)
	assert.Contains(t, log, `"level":"WARN","msg":"event","event":"password_looked_up"`)
	for _, password := range []string{stolen, lost} {
		assert.NotContains(t, log, password)
		assert.NotContains(t, strings.ToUpper(log), "/RANGE/"+digits(password)[:5])
	}
}

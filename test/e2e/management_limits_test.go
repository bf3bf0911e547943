package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// What a request has used of a limit is seen under the same name, however it is written, and reset.
func TestLimitsAreShownAndReset(t *testing.T) {
	t.Parallel()
	for name, redis := range map[string]bool{"memory": false, "redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
			if redis {
				s = prepare(t, postgres(t))
				s.env = append(s.env, "GATEHOUSE_REDIS_URL=redis://"+services.NewRedis(t).Address()+"?read_timeout=5s")
			}
			s.env = append(s.env, "GATEHOUSE_TRUSTED_PROXIES=127.0.0.1")
			s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
			s.run()
			limitsAreShownAndReset(t, s, redis)
		})
	}
}

func limitsAreShownAndReset(t *testing.T, s *server, redis bool) {
	t.Helper()
	caller := basic("ops", s.manager("ops", audit.AllScopes()...))
	reader := basic("reader", s.manager("reader", audit.ReadScope("limits")))
	s.soon(func() bool { return s.manage(reader, http.MethodGet, "/keys", "").status == http.StatusForbidden }, "the client is unknown")
	state := func(query string) map[string]any {
		t.Helper()
		got := s.manage(caller, http.MethodGet, "/oauth/rate-limits/"+query, "")
		require.Equal(t, http.StatusOK, got.status, got.body)
		return got.json(t)
	}
	const path = "sign-in-account?username="
	assert.InDelta(t, 10, state(path + "alice")["remaining"], 0)
	for range 11 {
		s.userAgent(t).try("192.0.2.9", "ALICE ", "wrong")
	}
	for _, spelling := range []string{"alice", "Alice", "alice@example.com", "ALICE@EXAMPLE.COM"} {
		got := state(path + url.QueryEscape(spelling))
		assert.Equal(t, []any{true, 0.0}, []any{got["blocked"], got["remaining"]}, spelling)
		assert.NotEmpty(t, got["retry_at"])
	}
	assert.InDelta(t, 10, state(path + "nobody")["remaining"], 0)
	before := state("sign-in-prefix?address=192.0.2.9")["remaining"].(float64)
	assert.InDelta(t, 40, before, 1)
	assert.Equal(t, state("sign-in-prefix?address=2001:db8::1")["remaining"], state("sign-in-prefix?address=2001:db8::ffff")["remaining"])

	reset := func(caller, query string) int {
		return s.manage(caller, http.MethodDelete, "/oauth/rate-limits/"+query, "").status
	}
	assert.Equal(t, http.StatusForbidden, reset(reader, path+"alice"))
	assert.Equal(t, http.StatusNoContent, reset(caller, path+"Alice"))
	assert.Equal(t, []any{false, 10.0}, []any{state(path + "alice")["blocked"], state(path + "alice")["remaining"]})
	assert.InDelta(t, before, state("sign-in-prefix?address=192.0.2.9")["remaining"], 0, "only what was named")
	records := s.manage(caller, http.MethodGet, "/audit-logs?action=limit.reset", "").json(t)["records"].([]any)
	require.Len(t, records, 1)
	assert.Equal(t, "sign-in-account", records[0].(map[string]any)["target"].(map[string]any)["id"])

	assert.Equal(t, map[bool]string{true: "redis", false: "memory"}[redis], state(path + "alice")["source"])
	if redis {
		assert.Contains(t, string(s.command("limit", "show", "sign-in-prefix", "--address", "192.0.2.9")), " 40 ")
		s.command("limit", "reset", "sign-in-prefix", "--address", "192.0.2.9")
		assert.InDelta(t, 50, state("sign-in-prefix?address=192.0.2.9")["remaining"], 0)
	}

	used := state("manage-client?client_id=ops")
	assert.NotEqual(t, "off", used["limit"])
	for query, want := range map[string]int{
		"none?client_id=ops": http.StatusNotFound, "token-client?client_id=nobody": http.StatusNotFound,
		"token-client": http.StatusBadRequest, "token-client?client_id=ops&address=127.0.0.1": http.StatusBadRequest,
		"token-prefix?address=somewhere": http.StatusBadRequest, "sign-in-device?username=alice": http.StatusBadRequest,
		"client-secret?client_id=ops": http.StatusBadRequest, "client-secret?client_id=ops&address=127.0.0.1": http.StatusOK,
		"sign-in-account?username=%00": http.StatusBadRequest, "token-client?client_id=%00": http.StatusBadRequest,
	} {
		assert.Equal(t, want, s.manage(caller, http.MethodGet, "/oauth/rate-limits/"+query, "").status, query)
	}
	assert.Equal(t, http.StatusUnauthorized, s.manage(basic("ops", "wrong"), http.MethodGet, "/oauth/rate-limits/token-client?client_id=ops", "").status)
}

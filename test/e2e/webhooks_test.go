package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// guideReceiver runs the receiver of the API guide and returns what it logs.
func guideReceiver(t *testing.T, listen, secret string) *harness.Output {
	t.Helper()
	guide, err := os.ReadFile("../../deploy/docs/api.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(guide)
	require.NotNil(t, block)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "receiver.go"), block[1], 0o600))
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "receiver"), filepath.Join(dir, "receiver.go")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	log := &harness.Output{}
	process := exec.Command(filepath.Join(dir, "receiver"))
	process.Env, process.Stdout, process.Stderr = []string{"WEBHOOK_SECRET=" + secret, "LISTEN=" + listen}, log, log
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	return log
}

// The receiver of the guide gets what happens by the API and the command line, and nothing else.
func TestEventsReachTheReceiverOfTheGuide(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := settings(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
		s.command("migrate", "up")
		caller := basic("ops", s.manager("ops", audit.ReadScope("webhooks"), audit.WriteScope("webhooks"), audit.WriteScope("users")))
		s.run()
		listen := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
		made := s.manage(caller, http.MethodPost, "/webhooks", `{"url":"http://`+listen+`/events","event_types":["user.created","user.deleted"]}`)
		require.Equal(t, http.StatusCreated, made.status, made.body)
		id, secret := made.json(t)["id"].(string), made.json(t)["secret"].(string)
		log := guideReceiver(t, listen, secret)

		user := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice","password":"through-the-looking-glass"}`)
		require.Equal(t, http.StatusCreated, user.status, user.body)
		s.stdin("wonderland\n", "user", "create", "bob", "--password-stdin")
		s.command("user", "disable", "bob") // is not asked for
		s.command("user", "delete", "bob", "--yes")
		require.Eventually(t, func() bool { return strings.Contains(log.String(), "user.deleted") }, 15*time.Second, 20*time.Millisecond, "%s", log)
		assert.Equal(t, 2, strings.Count(log.String(), "user.created"))
		assert.Contains(t, log.String(), user.json(t)["id"].(string))
		assert.NotContains(t, log.String(), "user.updated")
		assert.NotContains(t, log.String(), "alice", "values are read by the API")

		forged, err := http.Post("http://"+listen+"/events", "application/json", strings.NewReader(`{"type":"user.deleted"}`))
		require.NoError(t, err)
		require.NoError(t, forged.Body.Close())
		assert.Equal(t, http.StatusUnauthorized, forged.StatusCode)

		require.Eventually(t, func() bool {
			list := s.manage(caller, http.MethodGet, "/webhooks/"+id+"/deliveries", "")
			return strings.Count(list.body, `"state":"delivered"`) == 3
		}, 5*time.Second, 50*time.Millisecond)
		assert.Contains(t, s.metricsPage(), `gatehouse_webhook_attempts_total{outcome="delivered"} 3`)
		assert.Contains(t, s.metricsPage(), `gatehouse_webhook_endpoints{state="healthy"} 1`)
		assert.NotContains(t, s.log.String(), secret)
	})
}

// What was acknowledged before a crash is sent after it.
func TestEventsSurviveACrash(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := settings(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
		s.command("migrate", "up")
		caller := basic("ops", s.manager("ops", audit.WriteScope("webhooks"), audit.WriteScope("scopes")))
		s.run()
		var (
			mu       sync.Mutex
			received = map[string]int{}
		)
		hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var event struct {
				Data struct{ Target struct{ ID string } }
			}
			assert.NoError(t, json.NewDecoder(r.Body).Decode(&event))
			mu.Lock()
			defer mu.Unlock()
			received[event.Data.Target.ID]++
		}))
		t.Cleanup(hook.Close)
		require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/webhooks", `{"url":"`+hook.URL+`","event_types":["scope.created"]}`).status)
		var acknowledged []string
		for i := range 60 {
			name := fmt.Sprintf("scope:%d", i)
			got := s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"`+name+`","description":"x"}`)
			require.Equal(t, http.StatusCreated, got.status, got.body)
			acknowledged = append(acknowledged, name)
			if i%20 == 19 {
				s.kill()
				s.run()
			}
		}
		missing := func() (names []string) {
			mu.Lock()
			defer mu.Unlock()
			for _, name := range acknowledged {
				if received[name] == 0 {
					names = append(names, name)
				}
			}
			return names
		}
		// A delivery that was being sent in the crash is claimed for 15 seconds.
		require.Eventually(t, func() bool { return len(missing()) == 0 }, 40*time.Second, 50*time.Millisecond, "acknowledged, but not sent")
		assert.Len(t, received, len(acknowledged))
	})
}

// An endpoint costs an act one statement, and one that wants other events costs nothing.
func TestStatementsOfAnEvent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.WriteScope("webhooks"), audit.WriteScope("scopes")))
		s.soon(func() bool {
			return s.manage(caller, http.MethodPost, "/oauth/scopes", `{"name":"first","description":"x"}`).status == http.StatusCreated
		}, "the client is unknown")
		scopes := 0
		create := func() int {
			scopes++
			got := s.manage(caller, http.MethodPost, "/oauth/scopes", fmt.Sprintf(`{"name":"s%d","description":"x"}`, scopes))
			require.Equal(t, http.StatusCreated, got.status, got.body)
			return s.statements(got)
		}
		endpoint := func(types string) {
			got := s.manage(caller, http.MethodPost, "/webhooks", `{"url":"https://receiver.invalid/","event_types":[`+types+`]}`)
			require.Equal(t, http.StatusCreated, got.status, got.body)
			time.Sleep(2500 * time.Millisecond) // until the server has loaded it
			create()
		}
		without := create()
		endpoint(`"user.created"`)
		assert.Equal(t, without, create())
		endpoint(`"scope.created"`)
		assert.Equal(t, without+1, create())
	})
}

package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// An authenticated resource server is limited by its own requests only: unauthenticated requests
// of an attacker from the same IP address (a proxy or a shared network) are throttled without
// using up its limit.
func TestResourceServerIsNotLimitedByAttackerAtSameAddress(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_LOG_LEVEL=error")
		secret := s.client("api", "--grant-type", "client_credentials")
		s.run()
		token := url.Values{"token": {s.token("api", secret, nil)}}
		c := s.loadClient()
		defer c.close()

		done := make(chan struct{})
		var refused, throttled atomic.Int64
		attack := func() {
			got := c.introspect("api", "wrong", token)
			switch got.status {
			case http.StatusTooManyRequests:
				throttled.Add(1)
			default:
				assert.Equal(t, http.StatusUnauthorized, got.status, got.body)
				refused.Add(1)
			}
		}
		var attackers sync.WaitGroup
		defer func() {
			close(done)
			attackers.Wait()
		}()
		for range 4 {
			attackers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						attack()
					}
				}
			})
		}
		require.Eventually(t, func() bool { return throttled.Load() > 0 }, 30*time.Second, time.Millisecond)

		begun := time.Now()
		var served atomic.Int64
		before := throttled.Load()
		harness.Parallel(5000, 16, func(int) {
			got := c.introspect("api", secret, token)
			if assert.Equal(t, http.StatusOK, got.status, got.body) {
				served.Add(1)
			}
			assert.Contains(t, got.header.Get("RateLimit"), `"introspect-client";r=`)
			assert.Equal(t, `"introspect-client";q=10000;w=2`, got.header.Get("RateLimit-Policy"))
		})
		t.Logf("%d of 5000 introspections served in %s; %d of the the attacker's secrets were checked, %d were throttled",
			served.Load(), time.Since(begun).Round(time.Millisecond), refused.Load(), throttled.Load())
		assert.Greater(t, throttled.Load(), before, "the attack continued")

		// A change of a client clears the client cache; authenticated clients must stay recognized.
		s.command("client", "update", "api", "--rate-limit", "4000")
		noticed := time.Now().Add(5 * time.Second)
		for policy := ""; policy != `"introspect-client";q=8000;w=2`; {
			got := c.introspect("api", secret, token)
			require.Equal(t, http.StatusOK, got.status, got.body)
			require.True(t, time.Now().Before(noticed), "the change was not noticed")
			policy = got.header.Get("RateLimit-Policy")
		}
	})
}

// The same directly after the start, when the limit is used up by an attacker before the first
// request of the resource server.
func TestResourceServerIsServedFromItsFirstRequest(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		secret := s.client("api", "--grant-type", "client_credentials")
		s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=introspect-prefix=1/1h")
		s.run()
		token := url.Values{"token": {"noise"}}
		require.Equal(t, http.StatusUnauthorized, s.post("/oauth/introspect", "made-up", "wrong", token).status)
		require.Equal(t, http.StatusTooManyRequests, s.post("/oauth/introspect", "made-up", "wrong", token).status)
		assert.Equal(t, http.StatusOK, s.post("/oauth/introspect", "api", secret, token).status)
	})
}

// Of a hundred concurrent requests exactly as many pass a limit as it allows, and servers that
// share a Redis count together.
func TestParallelRequestsAreCountedExactly(t *testing.T) {
	t.Parallel()
	test := func(t *testing.T, clients []*loadClient) {
		var reached, throttled atomic.Int64
		harness.Parallel(100, 100, func(i int) {
			got := clients[i%len(clients)].introspect("api", "wrong", nil)
			switch got.status {
			case http.StatusUnauthorized:
				reached.Add(1)
			case http.StatusTooManyRequests:
				throttled.Add(1)
			}
		})
		assert.EqualValues(t, 20, reached.Load())
		assert.EqualValues(t, 80, throttled.Load())
	}
	const limit = "GATEHOUSE_RATE_LIMITS=introspect-prefix=1/1h burst 20"

	t.Run("one server", func(t *testing.T) {
		t.Parallel()
		s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
		s.client("api", "--grant-type", "client_credentials")
		s.env = append(s.env, limit)
		s.run()
		c := s.loadClient()
		defer c.close()
		test(t, []*loadClient{c})
	})
	t.Run("two servers and Redis", func(t *testing.T) {
		t.Parallel()
		databaseURL := services.Postgres(t).EmptyDatabase(t)
		redis := "GATEHOUSE_REDIS_URL=redis://" + services.NewRedis(t).Address()
		var clients []*loadClient
		for i := range 2 {
			s := settings(t, databaseURL)
			if i == 0 {
				s.command("migrate", "up")
				s.client("api", "--grant-type", "client_credentials")
			}
			s.env = append(s.env, limit, redis)
			s.run()
			c := s.loadClient()
			defer c.close()
			clients = append(clients, c)
		}
		test(t, clients)
	})
}

// A new limit for one client takes effect without a restart.
func TestLimitOfOneClientTakesEffect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret, other := s.client("api", "--grant-type", "client_credentials"), s.client("other", "--grant-type", "client_credentials")
		policy := func(id, secret string) string {
			got := s.post("/oauth/introspect", id, secret, url.Values{"token": {"noise"}})
			return got.header.Get("RateLimit-Policy")
		}
		require.Equal(t, `"introspect-client";q=10000;w=2`, policy("api", secret))
		s.command("client", "update", "api", "--rate-limit", "5")
		require.Eventually(t, func() bool { return policy("api", secret) == `"introspect-client";q=10;w=2` }, 5*time.Second, 100*time.Millisecond)

		c := s.loadClient()
		defer c.close()
		var throttled atomic.Int64
		harness.Parallel(100, 16, func(int) {
			if c.introspect("api", secret, nil).status == http.StatusTooManyRequests {
				throttled.Add(1)
			}
		})
		assert.Positive(t, throttled.Load())
		assert.Equal(t, `"introspect-client";q=10000;w=2`, policy("other", other), "limits of other clients stay unchanged")
	})
}

// A 429 response has the content type of the endpoint, and a retry after Retry-After succeeds.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=token-prefix=1/2s burst 3,page-prefix=1/2s burst 3")
	s.run()
	token := func() response {
		return s.post("/oauth/token", "nobody", "wrong", url.Values{"grant_type": {"client_credentials"}})
	}
	page := func() response { return s.get("/login") }
	refused := func(ask func() response, served int) response {
		t.Helper()
		var got response
		require.Eventually(t, func() bool {
			got = ask()
			return got.status != served
		}, 20*time.Second, time.Millisecond)
		require.Equal(t, http.StatusTooManyRequests, got.status, got.body)
		return got
	}
	wait := func(got response) {
		t.Helper()
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		require.NoError(t, err)
		require.True(t, 0 < seconds && seconds <= 2, seconds)
		time.Sleep(time.Duration(seconds) * time.Second)
	}

	asJSON := refused(token, http.StatusUnauthorized)
	assert.Contains(t, asJSON.header.Get("Content-Type"), "application/json")
	assert.Equal(t, "temporarily_unavailable", asJSON.json(t)["error"])
	assert.True(t, strings.HasPrefix(asJSON.json(t)["error_uri"].(string), issuer+"/errors/"), asJSON.body)
	assert.Equal(t, `"token-prefix";q=3;w=6`, asJSON.header.Get("RateLimit-Policy"))
	wait(asJSON)
	assert.Equal(t, http.StatusUnauthorized, token().status)

	asPage := refused(page, http.StatusOK)
	assert.Contains(t, asPage.header.Get("Content-Type"), "text/html")
	assert.Contains(t, asPage.body, "</html>")
	assert.Equal(t, `"page-prefix";q=3;w=6`, asPage.header.Get("RateLimit-Policy"))
	wait(asPage)
	assert.Equal(t, http.StatusOK, page().status)
}

package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
)

const deviceCookie = "__Host-gatehouse_device"

// An attacker guesses a password from a thousand IP addresses, under every name of the account.
// Only ten guesses, and those allowed since by the refill of the limit, are checked. Meanwhile the
// user can sign in from a browser that she used before, and other users from anywhere.
func TestPasswordGuessedFromAThousandIPAddresses(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := attackable(t, databaseURL)
		alice := s.userAgent(t)
		require.Equal(t, http.StatusSeeOther, alice.try("192.0.2.1", "alice", "wonderland").status)
		require.Contains(t, alice.cookies, deviceCookie)

		const guesses = 10_000
		begun := time.Now()
		attack := make(chan struct{})
		go func() {
			defer close(attack)
			s.guess(guesses)
		}()
		require.Eventually(t, func() bool { return s.signIns("throttled") > 1000 }, time.Minute, 10*time.Millisecond)

		t.Run("known browser signs in", func(t *testing.T) {
			assert.Equal(t, http.StatusSeeOther, alice.try("192.0.2.1", "alice", "wonderland").status)
			assert.Equal(t, http.StatusSeeOther, alice.try("192.0.2.77", "Alice@Example.com", "wonderland").status, "from any IP address")
		})
		t.Run("unknown browser is throttled", func(t *testing.T) {
			waits(t, s.userAgent(t).try("192.0.2.2", "alice", "wonderland"), "alice")
		})
		t.Run("other users sign in", func(t *testing.T) {
			assert.Equal(t, http.StatusSeeOther, s.userAgent(t).try("192.0.2.3", "bob", "the builder").status)
		})

		<-attack
		reached, throttled := s.signIns("wrong_password"), s.signIns("throttled")
		allowed := 10 + int(time.Since(begun)/(90*time.Second))
		t.Logf("%d of %d guesses were checked in %s; %d are allowed", reached, guesses, time.Since(begun).Round(time.Millisecond), allowed)
		assert.LessOrEqual(t, reached, allowed)
		assert.Equal(t, guesses+1, reached+throttled, "every guess and the unknown browser must be counted")
	})
}

// A device cookie grants only a separate limit of attempts: an altered cookie is ignored, and a
// copy shares the limit of the original.
func TestDeviceCookieGrantsOnlyAttempts(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := attackable(t, databaseURL)
		alice := s.userAgent(t)
		require.Equal(t, http.StatusSeeOther, alice.try("192.0.2.1", "alice", "wonderland").status)
		s.guess(100)
		cookie := alice.cookies[deviceCookie]

		altered := s.userAgent(t)
		for i := range cookie {
			// Still valid base64url, so that the cookie itself must be verified.
			other := byte('A')
			if cookie[i] == other {
				other = 'Q'
			}
			altered.cookies[deviceCookie] = cookie[:i] + string(other) + cookie[i+1:]
			waits(t, altered.try(fmt.Sprintf("198.51.100.%d", i%200), "alice", "wonderland"), "alice")
		}

		attacker := s.userAgent(t)
		attacker.cookies[deviceCookie] = cookie
		assert.Contains(t, attacker.authorize(nil).body, `id="login-page"`, "a device cookie is no session")
		for i := range 15 {
			got := attacker.try(fmt.Sprintf("203.0.113.%d", i), "alice", "wrong")
			if i < 10 {
				assert.Equal(t, http.StatusUnprocessableEntity, got.status, i)
			} else {
				waits(t, got, "alice")
			}
		}
		assert.Contains(t, attacker.authorize(nil).body, `id="login-page"`, "no session was started")
		assert.Equal(t, http.StatusUnprocessableEntity, attacker.try("203.0.113.99", "bob", "wrong").status, "it has no effect for another account")
	})
}

// attackable starts a server behind a proxy with alice, bob and a client.
func attackable(t *testing.T, databaseURL string) *server {
	t.Helper()
	s := prepare(t, databaseURL)
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	s.stdin("the builder\n", "user", "create", "bob", "--password-stdin")
	s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile")
	s.env = append(s.env, "GATEHOUSE_TRUSTED_PROXIES=127.0.0.1", "GATEHOUSE_LOG_LEVEL=error")
	s.run()
	return s
}

// guess sends wrong passwords for alice from a thousand IP addresses, 32 concurrently.
func (s *server) guess(count int) {
	names := []string{"alice", "ALICE", "alice@example.com", "Alice@EXAMPLE.com"}
	c := s.loadClient()
	defer c.close()
	harness.Parallel(count, 32, func(i int) {
		address := fmt.Sprintf("198.18.%d.%d", i%1000/250, i%250)
		got := c.send("/login", url.Values{"username": {names[i%len(names)]}, "password": {fmt.Sprint("guess ", i)}}, "X-Forwarded-For", address)
		if got.status != http.StatusTooManyRequests {
			assert.Equal(s.t, http.StatusUnprocessableEntity, got.status, got.body)
		}
	})
}

// try submits the sign-in form from an IP address.
func (p *userAgent) try(address, username, password string) response {
	p.t.Helper()
	return p.request(http.MethodPost, "/login", url.Values{"username": {username}, "password": {password}}, "X-Forwarded-For", address)
}

// waits checks for a throttled sign-in page with Retry-After that can be submitted again.
func waits(t *testing.T, got response, username string) {
	t.Helper()
	assert.Equal(t, http.StatusTooManyRequests, got.status)
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	assert.NoError(t, err)
	assert.True(t, 0 < seconds && seconds <= 90, "one attempt is added every 90 seconds: %d", seconds)
	assert.Contains(t, got.body, `id="login-page"`)
	assert.Contains(t, got.body, `value="`+username+`"`, "the username is kept")
	for _, name := range []string{"gatehouse_session", "gatehouse_device", "gatehouse_proof"} {
		assert.NotContains(t, strings.Join(got.header.Values("Set-Cookie"), "\n"), name)
	}
}

// signIns returns the number of sign-in attempts with that outcome.
func (s *server) signIns(outcome string) int {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.ops+"/metrics", nil)
	require.NoError(s.t, err)
	found := regexp.MustCompile(`(?m)^gatehouse_sign_ins_total\{outcome="` + outcome + `"\} ([0-9]+)$`).FindStringSubmatch(s.send(r).body)
	require.NotNil(s.t, found, outcome)
	count, err := strconv.Atoi(found[1])
	require.NoError(s.t, err)
	return count
}

package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// asks is an endpoint that authenticates clients: X-Client is an authenticated client, X-Guess a
// client whose secret is tried.
func asks(limit int) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		a := oauth.CallOf(ctx).Admission
		if id := r.Header.Get("X-Guess"); id != "" {
			if err := a.Guess(ctx, id); err != nil {
				return err
			}
		}
		if id := r.Header.Get("X-Client"); id != "" {
			if err := a.Client(ctx, &client.Client{ID: id, RateLimit: limit}); err != nil {
				return err
			}
			return says("client")(w, r)
		}
		for range 3 { // however often it is called
			if err := a.Unproven(ctx); err != nil {
				return err
			}
		}
		return says("unproven")(w, r)
	}
}

type limitedFrame struct {
	*frame

	now atomic.Int64
}

func newLimitedFrame(t *testing.T, limit int, overrides map[string]ratelimit.Limit) *limitedFrame {
	t.Helper()
	f := &limitedFrame{}
	f.now.Store(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	f.frame = newFrame(t, func(c *handlers.Config) {
		c.Limiter = ratelimit.NewMemory(func() time.Time { return time.Unix(0, f.now.Load()) })
		c.Policies = newPolicies(t, overrides)
		serveAt(c, "token", asks(limit))
		serveAt(c, "introspect", asks(limit))
	})
	return f
}

func small() map[string]ratelimit.Limit {
	return map[string]ratelimit.Limit{
		ratelimit.DocumentPrefix: {Rate: 1, Per: 10 * time.Second, Burst: 2},
		ratelimit.PagePrefix:     {Rate: 1, Per: 10 * time.Second, Burst: 2},
		ratelimit.AssetPrefix:    {Rate: 1, Per: 10 * time.Second, Burst: 2},
		ratelimit.TokenPrefix:    {Rate: 1, Per: 10 * time.Second, Burst: 2},
		ratelimit.TokenClient:    {Rate: 1, Per: time.Second, Burst: 4},
		ratelimit.ClientSecret:   {Rate: 1, Per: 10 * time.Second, Burst: 2},
	}
}

func TestLimitsAreAnnouncedAndKept(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	const path = "/oauth/jwks"
	first := f.do("GET", path, "", "X-Forwarded-For", "192.0.2.1")
	assert.Equal(t, http.StatusOK, first.Code)
	assert.Equal(t, `"document-prefix";q=2;w=20`, first.Header().Get("RateLimit-Policy"))
	assert.Equal(t, `"document-prefix";r=1;t=10`, first.Header().Get("RateLimit"))
	f.do("GET", path, "")
	refused := f.do("GET", path, "")
	assert.Equal(t, http.StatusTooManyRequests, refused.Code)
	assert.Equal(t, "10", refused.Header().Get("Retry-After"))
	assert.Equal(t, `"document-prefix";r=0;t=20`, refused.Header().Get("RateLimit"))
	assert.Equal(t, "no-store", refused.Header().Get("Cache-Control"))
	assert.Equal(t, "temporarily_unavailable", answered(t, refused).Error)
	line := f.lastLine(t)
	assert.Equal(t, "rate_limit", line["check"])

	f.now.Add(int64(10 * time.Second))
	assert.Equal(t, http.StatusOK, f.do("GET", path, "").Code)
}

// Requests are counted by the client's IP address as trusted proxies saw it; of IPv6 by the /64, which
// one connection usually has.
func TestAddressesAreCountedApart(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	from := func(address string) int {
		r := newRequest("GET", "/oauth/jwks", address)
		return f.serve(r).Code
	}
	for range 2 {
		assert.Equal(t, http.StatusOK, from("192.0.2.1:1234"))
		assert.Equal(t, http.StatusOK, from("192.0.2.2:1234"))
	}
	assert.Equal(t, http.StatusTooManyRequests, from("192.0.2.1:999"))
	assert.Equal(t, http.StatusOK, from("[2001:db8:0:1::1]:1"))
	assert.Equal(t, http.StatusOK, from("[2001:db8:0:1:ffff::2]:1"))
	assert.Equal(t, http.StatusTooManyRequests, from("[2001:db8:0:1::3]:1"), "the same /64")
	assert.Equal(t, http.StatusOK, from("[2001:db8:0:2::1]:1"))
}

func TestRequestsOverTheLimitAreRefusedInTheFormatOfTheEndpoint(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	for range 2 {
		f.do("GET", "/login", "")
	}
	page := f.do("GET", "/login", "")
	assert.Equal(t, http.StatusTooManyRequests, page.Code)
	assert.Contains(t, page.Header().Get("Content-Type"), "text/html")
	assert.Contains(t, page.Body.String(), `id="error-page"`)
	assert.Contains(t, page.Body.String(), "Too many requests")
	wait, err := strconv.Atoi(page.Header().Get("Retry-After"))
	require.NoError(t, err)
	assert.Contains(t, page.Body.String(), fmt.Sprintf("<p>Try again in %d second", wait), "the page says it")
	assert.NotContains(t, page.Body.String(), "Retry-After", "a header, which users do not see")
}

// The assets of the page that says to wait must not share its limit, or it would have no style.
func TestARefusedPageKeepsItsStyle(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	for range 2 {
		f.do("GET", "/login", "")
	}
	page := f.do("GET", "/login", "")
	require.Equal(t, http.StatusTooManyRequests, page.Code)
	style := regexp.MustCompile(`/assets/[0-9a-f]+/gatehouse.css`).FindString(page.Body.String())
	for _, expected := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		w := f.do("GET", style, "")
		assert.Equal(t, expected, w.Code)
		assert.Equal(t, `"asset-prefix";q=2;w=20`, w.Header().Get("RateLimit-Policy"))
	}
}

// Unauthenticated requests from an IP address never use the budget of an authenticated client at the
// same address, and the other way round.
func TestAuthenticatedClientsHaveTheirOwnBudget(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	call := func(headers ...string) int { return f.do("POST", "/oauth/token", "", headers...).Code }
	assert.Equal(t, http.StatusOK, call())
	assert.Equal(t, http.StatusOK, call(), "called three times, counted once")
	assert.Equal(t, http.StatusTooManyRequests, call())
	for range 4 {
		assert.Equal(t, http.StatusOK, call("X-Client", "one"))
	}
	refused := f.do("POST", "/oauth/token", "", "X-Client", "one")
	assert.Equal(t, http.StatusTooManyRequests, refused.Code)
	assert.Equal(t, `"token-client";r=0;t=4`, refused.Header().Get("RateLimit"))
	assert.Equal(t, "one", f.lastLine(t)["client_id"])
	assert.Equal(t, http.StatusOK, call("X-Client", "two"))
}

func TestAClientMayHaveItsOwnLimit(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 3, small())
	for range 6 {
		w := f.do("POST", "/oauth/token", "", "X-Client", "one")
		require.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, `"token-client";q=6;w=2`, w.Header().Get("RateLimit-Policy"))
	}
	assert.Equal(t, http.StatusTooManyRequests, f.do("POST", "/oauth/token", "", "X-Client", "one").Code)
}

// Attempts at a short secret are counted by client and IP address together, so that an attacker
// cannot use up the client's budget, and given back when the secret was right.
func TestGuessesAtSecretsAreCounted(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 100, small())
	guess := func(id, address string, more ...string) int {
		r := newRequest("POST", "/oauth/introspect", address)
		r.Header.Set("X-Guess", id)
		for i := 0; i < len(more); i += 2 {
			r.Header.Set(more[i], more[i+1])
		}
		return f.serve(r).Code
	}
	for range 20 {
		require.Equal(t, http.StatusOK, guess("one", "192.0.2.1:1", "X-Client", "one"))
	}
	for range 2 {
		assert.Equal(t, http.StatusOK, guess("one", "192.0.2.1:1"))
	}
	assert.Equal(t, http.StatusTooManyRequests, guess("one", "192.0.2.1:1", "X-Client", "one"), "not even the right one is verified")
	assert.Equal(t, http.StatusOK, guess("one", "192.0.2.2:1", "X-Client", "one"))
	assert.Equal(t, http.StatusOK, guess("two", "192.0.2.1:1", "X-Client", "two"))
}

// A budget for attempts at a client's secret reveals that the secret can be guessed: it is not
// announced before the client is authenticated.
func TestBudgetsOfGuessesAreNotAnnounced(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 100, small())
	for _, more := range [][]string{nil, {"X-Client", "one"}} {
		w := f.do("POST", "/oauth/introspect", "", append([]string{"X-Guess", "one"}, more...)...)
		require.Equal(t, http.StatusOK, w.Code)
		assert.NotContains(t, w.Header().Get("RateLimit-Policy")+w.Header().Get("RateLimit"), "secret")
	}
	f.do("POST", "/oauth/introspect", "", "X-Guess", "one")
	w := f.do("POST", "/oauth/introspect", "", "X-Guess", "one")
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	assert.NotContains(t, w.Header().Get("RateLimit-Policy")+w.Header().Get("RateLimit")+w.Body.String(), "secret")
}

// Attempts from many IP addresses are counted together, with a larger budget, and do not use another
// client's.
func TestGuessesFromManyAddressesAreCountedTogether(t *testing.T) {
	t.Parallel()
	policies := small()
	policies[ratelimit.ClientSecrets] = ratelimit.Limit{Rate: 1, Per: 10 * time.Second, Burst: 5}
	f := newLimitedFrame(t, 100, policies)
	guess := func(id string, address int, more ...string) int {
		r := newRequest("POST", "/oauth/introspect", fmt.Sprintf("192.0.2.%d:1", address))
		r.Header.Set("X-Guess", id)
		for i := 0; i < len(more); i += 2 {
			r.Header.Set(more[i], more[i+1])
		}
		return f.serve(r).Code
	}
	for address := range 5 {
		require.Equal(t, http.StatusOK, guess("one", address, "X-Client", "one"), "an attempt with the right secret is given back")
	}
	for address := range 5 {
		require.Equal(t, http.StatusOK, guess("one", address))
	}
	assert.Equal(t, http.StatusTooManyRequests, guess("one", 6))
	assert.Equal(t, http.StatusOK, guess("two", 6))
	f.now.Add(int64(10 * time.Second))
	assert.Equal(t, http.StatusOK, guess("one", 6))
}

func TestWhatIsOffIsNeitherCountedNorAnnounced(t *testing.T) {
	t.Parallel()
	policies := small()
	for _, name := range ratelimit.Switchable() {
		policies[name] = ratelimit.Limit{}
	}
	f := newLimitedFrame(t, 0, policies)
	for range 10 {
		for _, w := range []*httptest.ResponseRecorder{
			f.do("GET", "/oauth/jwks", ""), f.do("POST", "/oauth/token", ""), f.do("POST", "/oauth/token", "", "X-Client", "one"),
		} {
			require.Equal(t, http.StatusOK, w.Code)
			assert.NotContains(t, w.Header(), "Ratelimit-Policy")
		}
	}
	guesses := func() int { return f.do("POST", "/oauth/introspect", "", "X-Guess", "one").Code }
	assert.Equal(t, []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests}, []int{guesses(), guesses(), guesses()})

	f = newLimitedFrame(t, 1, policies)
	assert.Equal(t, `"token-client";q=2;w=2`, f.do("POST", "/oauth/token", "", "X-Client", "one").Header().Get("RateLimit-Policy"), "its own limit applies")
}

func TestPreflightsAreNotCounted(t *testing.T) {
	t.Parallel()
	f := newLimitedFrame(t, 0, small())
	for range 10 {
		w := f.do("OPTIONS", "/oauth/token", "", "Origin", "https://spa.example", "Access-Control-Request-Method", "POST")
		require.Equal(t, http.StatusNoContent, w.Code)
	}
	w := f.do("POST", "/oauth/token", "", "Origin", "https://spa.example")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Header().Get("Access-Control-Expose-Headers"), "RateLimit-Policy")
}

type brokenLimiter struct{}

func (brokenLimiter) Take(context.Context, ...ratelimit.Ask) (ratelimit.Decision, error) {
	return ratelimit.Decision{}, errors.New("no decision")
}
func (brokenLimiter) Return(context.Context, ...ratelimit.Ask) error { return nil }

// A request that cannot be counted is not served: ratelimit.Guarded handles a limiter that fails.
func TestWithoutADecisionNoRequestIsServed(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { c.Limiter = brokenLimiter{} })
	assert.Equal(t, http.StatusInternalServerError, f.do("GET", "/oauth/jwks", "").Code)
}

package handlers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func waits(_ http.ResponseWriter, r *http.Request) error {
	<-r.Context().Done()
	return context.Cause(r.Context())
}

func TestSlowRequestsTimeOut(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		c.Timeout = time.Millisecond
		serveAt(c, "token", waits)
	})
	w := f.do("POST", "/oauth/token", "")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "5", w.Header().Get("Retry-After"))
	assert.Equal(t, "temporarily_unavailable", answered(t, w).Error)
	assert.Equal(t, "timeout", f.lastLine(t)["check"])
	assert.Equal(t, "failed", f.lastLine(t)["outcome"])
}

// A route may take longer than the others, and what is no route has the deadline of those.
func TestRoutesMayHaveADeadlineOfTheirOwn(t *testing.T) {
	t.Parallel()
	deadlines := map[string]time.Duration{}
	tells := func(w http.ResponseWriter, r *http.Request) error {
		at, ok := r.Context().Deadline()
		assert.True(t, ok)
		deadlines[r.URL.Path] = time.Until(at).Round(time.Minute)
		return nil
	}
	f := newFrame(t, func(c *handlers.Config) {
		c.Timeout = time.Hour
		for _, name := range []string{"token", "revoke"} {
			serveAt(c, name, tells)
		}
		for i := range c.Routes {
			if c.Routes[i].Name == "revoke" {
				c.Routes[i].Timeout = 3 * time.Hour
			}
		}
	})
	f.do("POST", "/oauth/token", "")
	f.do("POST", "/oauth/revoke", "")
	assert.Equal(t, map[string]time.Duration{"/oauth/token": time.Hour, "/oauth/revoke": 3 * time.Hour}, deadlines)
}

func TestClosedConnectionsAreNoFailuresOfTheServer(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { serveAt(c, "token", waits) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/oauth/token", nil))
	assert.Equal(t, "hung_up", f.lastLine(t)["outcome"])
}

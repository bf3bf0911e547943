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

func TestClosedConnectionsAreNoFailuresOfTheServer(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { serveAt(c, "token", waits) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "POST", "/oauth/token", nil))
	assert.Equal(t, "hung_up", f.lastLine(t)["outcome"])
}

package handlers_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// What answers later is an endpoint like any other: it may refuse, fail and panic, has the deadline of the
// route, and there is one line for both.
func TestEndpointsMayAnswerLater(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer  route.HandlerFunc
		status  int
		outcome string
	}{
		"it answers": {func(w http.ResponseWriter, r *http.Request) error {
			deadline, ok := r.Context().Deadline()
			assert.True(t, ok)
			assert.Greater(t, time.Until(deadline), time.Minute)
			w.WriteHeader(http.StatusAccepted)
			return nil
		}, http.StatusAccepted, "ok"},
		"it fails":  {func(http.ResponseWriter, *http.Request) error { return errors.New("boom") }, http.StatusInternalServerError, "failed"},
		"it panics": {func(http.ResponseWriter, *http.Request) error { panic("boom") }, http.StatusInternalServerError, "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var endpoint, waited context.Context
			f := newFrame(t, func(c *handlers.Config) {
				c.Timeout = time.Hour
				serveAt(c, "token", func(_ http.ResponseWriter, r *http.Request) error {
					endpoint = r.Context()
					return &route.Later{Wait: func(ctx context.Context) {
						waited = ctx
						require.Error(t, endpoint.Err(), "the endpoint has ended meanwhile")
						_, limited := ctx.Deadline()
						assert.False(t, limited)
						assert.NoError(t, ctx.Err())
					}, Answer: tc.answer}
				})
			})
			w := f.do("POST", "/oauth/token", "")
			require.NotNil(t, waited)
			assert.Equal(t, tc.status, w.Code)
			assert.Equal(t, tc.outcome, f.lastLine(t)["outcome"])
			assert.EqualValues(t, tc.status, f.lastLine(t)["status"])
			assert.Equal(t, "/oauth/token", f.lastLine(t)["route"])
			if tc.outcome == "failed" {
				assert.Equal(t, "server_error", answered(t, w).Error)
			}
		})
	}
}

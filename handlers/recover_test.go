package handlers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestPanicIsLoggedAndKeepsTheConnection(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(http.ResponseWriter, *http.Request) error { panic("boom in the endpoint") })
	})
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	for range 2 {
		answer, err := server.Client().Post(server.URL+"/oauth/token", "text/plain", nil)
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		assert.Equal(t, http.StatusInternalServerError, answer.StatusCode)
		assert.False(t, answer.Close)
		assert.Contains(t, string(body), `"error":"server_error"`)
		assert.NotContains(t, string(body), "boom")
	}
	server.Close()
	assert.Contains(t, f.log.String(), `"level":"ERROR","msg":"panic"`)
	assert.Contains(t, f.log.String(), "recover_test.go", "the stack names the place")
	assert.Contains(t, f.log.String(), `"cause":"panic: boom in the endpoint"`)
}

func TestPanicInTheMiddleOfAResponseClosesTheConnection(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, strings.Repeat("half of it", 1000))
			panic("boom")
		})
	})
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	answer, err := server.Client().Post(server.URL+"/oauth/token", "text/plain", nil)
	if err == nil {
		_, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
	}
	assert.Error(t, err, "a partial response must not look complete")
}

func TestAbortPassesThrough(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "token", func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) })
	})
	defer func() {
		reason, ok := recover().(error)
		require.True(t, ok)
		assert.ErrorIs(t, reason, http.ErrAbortHandler)
		assert.NotContains(t, f.log.String(), `"msg":"panic"`)
		assert.Contains(t, f.log.String(), `"msg":"request"`)
	}()
	f.do("POST", "/oauth/token", "")
}

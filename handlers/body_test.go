package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBodiesOfUpTo64KiBAreRead(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	assert.Equal(t, http.StatusOK, f.do("POST", "/oauth/token", strings.Repeat("x", 64<<10)).Code)

	w := f.do("POST", "/oauth/token", strings.Repeat("x", 64<<10+1))
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	assert.Equal(t, "invalid_request", answered(t, w).Error)
	assert.Equal(t, "body_size", f.lastLine(t)["check"])
}

func TestTooLargeBodiesEndTheConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFrame(t, nil))
	t.Cleanup(server.Close)
	answer := raw(t, server.Listener.Addr().String(), "POST /oauth/token HTTP/1.1\r\nHost: id.example\r\nContent-Length: 900000\r\n\r\n"+strings.Repeat("x", 70_000))
	assert.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
	assert.True(t, answer.Close, "otherwise net/http reads the rest of it")
}

// Malformed input never yields a 5xx.
func TestMalformedBodiesAreA400(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFrame(t, nil))
	t.Cleanup(server.Close)
	for _, chunks := range []string{"zz\r\nx\r\n0\r\n\r\n", "5\r\nabcdefghij\r\n0\r\n\r\n", "fffffffffffffffff\r\n\r\n"} {
		answer := raw(t, server.Listener.Addr().String(), "POST /oauth/token HTTP/1.1\r\nHost: id.example\r\nTransfer-Encoding: chunked\r\n\r\n"+chunks)
		assert.Equal(t, http.StatusBadRequest, answer.StatusCode, "%q", chunks)
	}
}

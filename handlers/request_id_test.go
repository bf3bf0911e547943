package handlers_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func requestID(f *frame, peer string, sent ...string) string {
	r := httptest.NewRequest(http.MethodGet, "/oauth/jwks", nil)
	r.RemoteAddr = peer
	for _, id := range sent {
		r.Header.Add("X-Request-Id", id)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Header().Get("X-Request-Id")
}

func TestRequestIDOfATrustedProxyIsKept(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, id := range []string{"a", "abc-DEF_1.2", strings.Repeat("x", 64)} {
		assert.Equal(t, id, requestID(f, "10.0.0.1:1", id))
		assert.Equal(t, id, f.lastLine(t)["request_id"])
	}
}

func TestUntrustedAndMalformedRequestIDsAreReplaced(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	assert.Regexp(t, "^[0-9a-f]{32}$", requestID(f, "192.0.2.1:1", "chosen"), "not a trusted proxy")
	for _, id := range []string{"", "a b", "a\tb", `a"b`, "ü", "a/b", strings.Repeat("x", 65)} {
		assert.Regexp(t, "^[0-9a-f]{32}$", requestID(f, "10.0.0.1:1", id), "%q", id)
	}
	assert.Regexp(t, "^[0-9a-f]{32}$", requestID(f, "10.0.0.1:1", "a", "b"), "two of them")
}

func TestRequestIDComesFromTheGivenRandomness(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { c.Random = bytes.NewReader(bytes.Repeat([]byte{0xab}, 16)) })
	assert.Equal(t, strings.Repeat("ab", 16), requestID(f, "192.0.2.1:1"))
	assert.Panics(t, func() { requestID(f, "192.0.2.1:1") }, "without randomness the server cannot work safely")
}

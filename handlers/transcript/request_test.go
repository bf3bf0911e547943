package transcript_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// A masked request has nothing in it that authenticates a client, and the one that it was made of has all of it.
func TestMaskedRequests(t *testing.T) {
	t.Parallel()
	basic := transcript.Request{Method: http.MethodPost, URL: "https://id.example/token", As: transcript.Client{ID: "a:b", Secret: "se cret"}, Form: transcript.Pairs("code", "c 1")}
	assert.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte("a%3Ab:se+cret")), basic.Header().Get("Authorization"), "RFC 6749 section 2.3.1")
	masked := basic.Masked("SECRET")
	assert.Equal(t, "POST /token HTTP/1.1\nHost: id.example\nAccept: application/json\nAuthorization: Basic base64(a%3Ab:SECRET)\nContent-Type: application/x-www-form-urlencoded\n\ncode=c+1", masked.HTTP())
	assert.Contains(t, masked.Command(), "-u 'a%3Ab:SECRET'")
	assert.Equal(t, "se cret", basic.As.Secret)

	posted := transcript.Request{Method: http.MethodPost, URL: "https://id.example/token", Form: transcript.Pairs("client_id", "app", "client_secret", "se cret")}
	assert.Equal(t, "client_id=app&client_secret=SECRET", posted.Masked("SECRET", "client_secret").Body())
	assert.Equal(t, "client_id=app&client_secret=se+cret", posted.Body(), "the request is as it was")
	assert.Empty(t, posted.Masked("SECRET").Header().Get("Authorization"), "nobody authenticates by Basic")

	asked := transcript.Request{Method: http.MethodGet, URL: "https://id.example/userinfo", Bearer: "at"}
	assert.Equal(t, "GET /userinfo HTTP/1.1\nHost: id.example\nAccept: application/json\nAuthorization: Bearer at", asked.HTTP())
}

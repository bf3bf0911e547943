package generator

import (
	"bufio"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadResponseReadsExactlyOneResponse(t *testing.T) {
	t.Parallel()
	const next = "HTTP/1.1 204 No Content\r\n\r\n"
	for name, c := range map[string]struct {
		response string
		status   int
		body     string
	}{
		"length":           {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"},
		"any case":         {"HTTP/1.1 401 Unauthorized\r\ncontent-length:  2\r\n\r\n{}", 401, "{}"},
		"chunks":           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n", 200, "hello!"},
		"chunks, trailers": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n", 200, "hi"},
		"no body":          {"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", 304, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := bufio.NewReader(iotest.OneByteReader(strings.NewReader(c.response + next)))
			r, err := readResponse(in, nil, make([]byte, 0, 3))
			require.NoError(t, err)
			assert.Equal(t, c.status, r.Status)
			assert.Equal(t, c.body, string(r.Body))
			rest, err := io.ReadAll(in)
			require.NoError(t, err)
			assert.Equal(t, next, string(rest))
		})
	}
}

func TestReadResponseRefusesUnboundedResponses(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]string{
		"not HTTP":        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
		"status":          "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
		"until the close": "HTTP/1.1 200 OK\r\n\r\nhello",
		"negative length": "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"huge length":     "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
		"chunk size":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"endless head":    "HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", maxHead),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readResponse(bufio.NewReader(strings.NewReader(response)), nil, nil)
			assert.ErrorIs(t, err, ErrMalformed)
		})
	}
	_, err := readResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")), nil, nil)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "a truncated response")
}

func TestHeaderIsFoundByWholeName(t *testing.T) {
	t.Parallel()
	r := Response{head: []byte("HTTP/1.1 303 See Other\r\nX-Location: no\r\nlocation:  /next \r\nLocation: /later\r\n\r\n")}
	assert.Equal(t, "/next", string(r.Header("Location")))
	assert.Nil(t, r.Header("Locatio"))
}

package e2e_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/stretchr/testify/assert"
)

// loadClient sends many concurrent requests to a server. It has its own keep-alive connections:
// the shared transport keeps too few idle ones and would reconnect for most requests.
type loadClient struct {
	*server

	transport *http.Transport
}

func (s *server) loadClient() *loadClient {
	return &loadClient{s, &http.Transport{MaxIdleConnsPerHost: 128}}
}

func (c *loadClient) close() { c.transport.CloseIdleConnections() }

// introspect sends an introspection request with Basic credentials.
func (c *loadClient) introspect(id, secret string, form url.Values) response {
	return c.send("/oauth/introspect", form, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

// send posts a form. Headers are name, value, name, value.
func (c *loadClient) send(path string, form url.Values, headers ...string) response {
	r, err := http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	if !assert.NoError(c.t, err) {
		return response{}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := c.transport.RoundTrip(r)
	if !assert.NoError(c.t, err) {
		return response{}
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	assert.NoError(c.t, err)
	return response{got.StatusCode, got.Header, string(body)}
}

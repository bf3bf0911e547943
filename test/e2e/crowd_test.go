package e2e_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/stretchr/testify/assert"
)

// crowd is many callers of a server at once. It has connections of its own that stay open:
// those that all tests share would be closed and opened again for each request.
type crowd struct {
	*server

	transport *http.Transport
}

func (s *server) crowd() *crowd { return &crowd{s, &http.Transport{MaxIdleConnsPerHost: 128}} }

func (c *crowd) leave() { c.transport.CloseIdleConnections() }

// introspect asks about a token, as the client with that secret.
func (c *crowd) introspect(id, secret string, form url.Values) answer {
	return c.send("/oauth/introspect", form, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

// send posts a form. Headers are name, value, name, value.
func (c *crowd) send(path string, form url.Values, headers ...string) answer {
	r, err := http.NewRequest(http.MethodPost, c.url+path, strings.NewReader(form.Encode()))
	if !assert.NoError(c.t, err) {
		return answer{}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := c.transport.RoundTrip(r)
	if !assert.NoError(c.t, err) {
		return answer{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	assert.NoError(c.t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

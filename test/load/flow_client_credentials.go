package main

import (
	"context"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// clientCredentials requests access tokens by client credentials (RFC 6749 section 4.4).
type clientCredentials struct {
	label   string
	message []byte
}

func newClientCredentials(c credentials, label string) *clientCredentials {
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {scope}}
	return &clientCredentials{label: label, message: generator.PostForm(host, "/oauth/token", c.id, c.secret, form)}
}

func (f *clientCredentials) name() string { return f.label }

func (*clientCredentials) prepare(context.Context, time.Duration) error { return nil }

func (f *clientCredentials) Request(int, int) []byte { return f.message }

func (*clientCredentials) CheckResponse(_, _ int, r generator.Response) error {
	return expect(r, `"access_token"`)
}

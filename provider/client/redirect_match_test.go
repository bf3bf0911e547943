package client_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Where responses may be sent (RFC 9700 section 4.1). Most rows are attacks that worked on some
// provider: fosite CVE-2020-15233 and -15234, Keycloak CVE-2023-6291, CVE-2024-8883,
// CVE-2026-3872, CVE-2026-18211, authentik CVE-2024-52289.
func TestMatchRedirectURI(t *testing.T) {
	web := &client.Client{Type: client.Web, RedirectURIs: []string{
		"https://app.example.com/callback", "https://app.example.com/cb?tenant=1", "https://127.0.0.1/cb", "http://127.0.0.1/web",
	}}
	native := &client.Client{Type: client.Native, RedirectURIs: []string{
		"http://127.0.0.1/callback", "http://[::1]:1234/callback", "http://localhost:5173/callback", "com.example.app:/cb", "https://127.0.0.1/tls",
	}}
	cases := []struct {
		c    *client.Client
		uri  string
		want bool
	}{
		{web, "https://app.example.com/callback", true},
		{web, "https://app.example.com/cb?tenant=1", true},
		{web, "", false},
		{web, "https://app.example.com/callback/", false},
		{web, "https://app.example.com/callback?x=1", false},
		{web, "https://app.example.com/callback?", false},
		{web, "https://app.example.com/callback#f", false},
		{web, "https://app.example.com/CALLBACK", false},
		{web, "https://APP.example.com/callback", false},
		{web, "HTTPS://app.example.com/callback", false},
		{web, "http://app.example.com/callback", false},
		{web, "https://app.example.com:443/callback", false},
		{web, "https://app.example.com:8443/callback", false},
		{web, "https://user@app.example.com/callback", false},
		{web, "https://app.example.com@evil.example/callback", false},
		{web, "https://app.example.com.evil.example/callback", false},
		{web, "https://evil.example/app.example.com/callback", false},
		{web, "https://evilapp.example.com/callback", false},
		{web, "https://appXexample.com/callback", false},
		{web, "https://app.example.com/./callback", false},
		{web, "https://app.example.com/x/../callback", false},
		{web, "https://app.example.com/%2e%2e/callback", false},
		{web, "https://app.example.com/%63allback", false},
		{web, "https://app.example.com/callback%2F", false},
		{web, "https://app.example.com//callback", false},
		{web, "https://app.example.com\\callback", false},
		{web, " https://app.example.com/callback", false},
		{web, "https://app.example.com/callback\n", false},
		{web, "https://app.example.com/cb?tenant=2", false},
		{web, "https://app.example.com/cb?tenant=1&x=2", false},
		{web, "javascript:alert(1)", false},
		{web, "http://127.0.0.1:9999/cb", false},
		{web, "http://127.0.0.1:9999/web", false},
		{native, "http://127.0.0.1/callback", true},
		{native, "http://127.0.0.1:51000/callback", true},
		{native, "http://[::1]:51000/callback", true},
		{native, "http://[::1]/callback", true},
		{native, "http://localhost:5173/callback", true},
		{native, "com.example.app:/cb", true},
		{native, "http://localhost:5174/callback", true},
		{native, "http://localhost/callback", true},
		{native, "http://localhost:65535/callback", true},
		{native, "http://localhost:65536/callback", false},
		{native, "http://127.0.0.1:99999/callback", false},
		{native, "http://127.0.0.1:+80/callback", false},
		{native, "http://localhost.evil.example/callback", false},
		{native, "http://localhost:80@evil.example/callback", false},
		{native, "http://LOCALHOST:5174/callback", false},
		{native, "https://localhost:5174/callback", false},
		{native, "http://127.0.0.1:51000/callback/", false},
		{native, "http://127.0.0.1:51000/callback?x=1", false},
		{native, "http://127.0.0.1:51000/%63allback", false},
		{native, "http://127.0.0.1:51000%2Fcallback", false},
		{native, "http://127.0.0.1:@evil.example/callback", false},
		{native, "http://127.0.0.1:80@evil.example/callback", false},
		{native, "http://127.0.0.1.evil.example/callback", false},
		{native, "http://127.0.0.1:0/callback", false},
		{native, "http://127.0.0.1:-1/callback", false},
		{native, "http://127.0.0.1:123456/callback", false},
		{native, "http://127.0.0.1:/callback", false},
		{native, "http://user:pw@127.0.0.1:51000/callback", false},
		{native, "https://127.0.0.1:51000/tls", false},
		{native, "http://127.0.0.1:51000/tls", false},
		{native, "http://127.1:51000/callback", false},
		{native, "http://0x7f000001:51000/callback", false},
		{native, "com.example.app:/cb/x", false},
	}
	for _, tc := range cases {
		assert.Equal(t, tc.want, tc.c.MatchRedirectURI(tc.uri), "%s client, %q", tc.c.Type, tc.uri)
	}
}

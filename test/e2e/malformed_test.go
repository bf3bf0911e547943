package e2e_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw is a malformed request, as an attacker or a faulty library would send it.
type raw struct {
	name        string
	path        string // if it is for one endpoint only
	cookie      string
	method      string
	contentType string
	auth        []string
	query, body string
	status      int    // 0: any 4xx
	code        string // expected error code; empty: any
}

func malformedRequests(basic string) []raw {
	const form = "application/x-www-form-urlencoded"
	long := strings.Repeat("a", 70_000)
	return []raw{
		{name: "GET", method: "GET", status: 405},
		{name: "DELETE", method: "DELETE", status: 405},
		{name: "TRACE", method: "TRACE", status: 405},
		{name: "no content type", body: "a=b", auth: []string{basic}, status: 415, code: "invalid_request"},
		{name: "JSON", contentType: "application/json", body: `{"grant_type":"client_credentials"}`, auth: []string{basic}, status: 415, code: "invalid_request"},
		{name: "multipart", contentType: "multipart/form-data; boundary=x", body: "--x--", auth: []string{basic}, status: 415},
		{name: "other charset, other bytes", contentType: form + "; charset=iso-8859-1", body: "a=%e4", auth: []string{basic}, status: 400},
		{name: "malformed content type", contentType: form + ";;=", body: "a=b", auth: []string{basic}, status: 415},
		{name: "too large", contentType: form, body: "token=" + long, auth: []string{basic}, status: 413, code: "invalid_request"},
		{name: "bad percent", contentType: form, body: "grant_type=%zz", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "semicolon", contentType: form, body: "grant_type=client_credentials%zz;token=x", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "broken UTF-8", contentType: form, body: "grant_type=client_credentials&token=%ff%fe&scope=%ff", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "NUL", contentType: form, body: "grant_type=client_credentials&token=a%00b&scope=a%00", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "twice", contentType: form, body: "grant_type=client_credentials&grant_type=client_credentials&token=a&token=b", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "secret in the query", query: "client_secret=x", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "two Authorization headers", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{basic, basic}, status: 400, code: "invalid_request"},
		{name: "header and body secret", contentType: form, body: "grant_type=client_credentials&token=x&client_id=billing&client_secret=y", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "header and assertion", contentType: form, body: "grant_type=client_credentials&token=x&client_assertion=y", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "header and another client_id", contentType: form, body: "grant_type=client_credentials&token=x&client_id=other", auth: []string{basic}, status: 400, code: "invalid_request"},
		{name: "no client", contentType: form, body: "grant_type=client_credentials&token=x", status: 401, code: "invalid_client"},
		{name: "Basic without base64", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{"Basic %%%"}, status: 401, code: "invalid_client"},
		{name: "Basic without colon", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("billing"))}, status: 401, code: "invalid_client"},
		{name: "Basic with bytes", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{"Basic " + base64.StdEncoding.EncodeToString([]byte("\xff\x00:\x00"))}, status: 401, code: "invalid_client"},
		{name: "Bearer", contentType: form, body: "grant_type=client_credentials&token=x", auth: []string{"Bearer abc"}, status: 401, code: "invalid_client"},
		{name: "unknown client", contentType: form, body: "grant_type=client_credentials&token=x&client_id=nobody&client_secret=" + strings.Repeat("s", 64), status: 401, code: "invalid_client"},
		{name: "client without its secret", contentType: form, body: "grant_type=client_credentials&token=x&client_id=billing", status: 401, code: "invalid_client"},
		{name: "wrong method of the right client", contentType: form, body: "grant_type=client_credentials&token=x&client_id=billing&client_secret=whatever", status: 401, code: "invalid_client"},
		{name: "SQL in the client id", contentType: form, body: "grant_type=client_credentials&token=x&client_id='%3B--&client_secret=whatever", status: 401, code: "invalid_client"},
		{name: "long client id", contentType: form, body: "grant_type=client_credentials&token=x&client_id=" + long[:60_000] + "&client_secret=x", status: 401, code: "invalid_client"},
		{name: "empty body", contentType: form, auth: []string{basic}, status: 400, code: "invalid_request"},
	}
}

// Every endpoint responds to a malformed request with the right 4xx and a registered error code,
// never with a 5xx.
func TestMalformedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("billing:"+secret))
		for _, path := range []string{"/oauth/token", "/oauth/introspect", "/oauth/revoke", "/token", "/api/v1/oauth/introspect"} {
			for _, tc := range malformedRequests(basic) {
				got := s.sendRaw(path, tc)
				name := path + " " + tc.name
				assert.GreaterOrEqual(t, got.status, 400, "%s: %s", name, got.body)
				assert.Less(t, got.status, 500, "%s: %s", name, got.body)
				assert.Equal(t, tc.status, got.status, "%s: %s", name, got.body)
				s.checkErrorShape(name, got)
				if tc.code != "" {
					assert.Equal(t, tc.code, got.json(t)["error"], name)
				}
				if got.status == http.StatusUnauthorized {
					inBody := strings.Contains(tc.body, "client_id=")
					assert.Equal(t, !inBody, strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Basic "), name)
				}
			}
		}
	})
}

func (s *server) sendRaw(path string, tc raw) response {
	s.t.Helper()
	method := tc.method
	if method == "" {
		method = http.MethodPost
	}
	address := s.url + path
	if tc.query != "" {
		address += "?" + tc.query
	}
	r, err := http.NewRequest(method, address, strings.NewReader(tc.body))
	require.NoError(s.t, err)
	if tc.contentType != "" {
		r.Header.Set("Content-Type", tc.contentType)
	}
	if tc.cookie != "" {
		r.Header.Set("Cookie", tc.cookie)
	}
	r.Header["Authorization"] = tc.auth
	return s.send(r)
}

// checkErrorShape checks an error response against RFC 6749 section 5.2 and the documented format.
func (s *server) checkErrorShape(name string, got response) {
	s.t.Helper()
	if !assert.Equal(s.t, "application/json", got.header.Get("Content-Type"), name) {
		return
	}
	body := got.json(s.t)
	description, _ := body["error_description"].(string)
	assert.NotEmpty(s.t, description, name)
	assert.NotContains(s.t, description, `"`, name)
	assert.NotContains(s.t, description, `\`, name)
	uri, _ := body["error_uri"].(string)
	assert.True(s.t, strings.HasPrefix(uri, issuer+"/errors/"), "%s: %s", name, uri)
	for key := range body {
		assert.Contains(s.t, []string{"error", "error_description", "error_uri"}, key, name)
	}
	assert.Equal(s.t, "no-store", got.header.Get("Cache-Control"), name)
}

func TestRefusalsOfTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials", "--scope", "read", "--audience", "api-a")
		idle := s.client("idle")
		cases := []struct {
			name, id, secret string
			form             url.Values
			status           int
			code             string
		}{
			{"no grant type", "billing", secret, url.Values{"scope": {"read"}}, 400, "invalid_request"},
			{"unknown grant type", "billing", secret, url.Values{"grant_type": {"magic"}}, 400, "unsupported_grant_type"},
			{"grant type in other case", "billing", secret, url.Values{"grant_type": {"Client_Credentials"}}, 400, "unsupported_grant_type"},
			{"two grant types", "billing", secret, url.Values{"grant_type": {"client_credentials password"}}, 400, "unsupported_grant_type"},
			{"not registered for it", "idle", idle, url.Values{"grant_type": {"client_credentials"}}, 400, "unauthorized_client"},
			{"scope not registered", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read admin"}}, 400, "invalid_scope"},
			{"scope in other case", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"READ"}}, 400, "invalid_scope"},
			{"wildcard scope", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"*"}}, 400, "invalid_scope"},
			{"scope with a quotation mark", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {`a"b`}}, 400, "invalid_scope"},
			{"script in the scope", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"<script>alert(1)</script>"}}, 400, "invalid_scope"},
			{"audience not registered", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "audience": {"api-b"}}, 400, "invalid_target"},
			{"audience below an allowed one", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "audience": {"api-a/../b"}}, 400, "invalid_target"},
			{"resource not registered", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "resource": {"https://b"}}, 400, "invalid_target"},
			{"wrong secret", "billing", secret[1:] + "0", url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client"},
			{"empty secret", "billing", "", url.Values{"grant_type": {"client_credentials"}}, 401, "invalid_client"},
		}
		for _, tc := range cases {
			got := s.post("/oauth/token", tc.id, tc.secret, tc.form)
			assert.Equal(t, tc.status, got.status, "%s: %s", tc.name, got.body)
			assert.Equal(t, tc.code, got.json(t)["error"], tc.name)
			assert.NotContains(t, got.body, "alert", tc.name)
			s.checkErrorShape(tc.name, got)
		}
	})
}

// For an error ID the public page explains the kind of error, and the CLI the actual request.
func TestErrorIDIsExplained(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials", "--scope", "invoices:read")
		got := s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}, "scope": {"invoices:raed"}})
		uri := got.json(t)["error_uri"].(string)

		page := s.get(strings.TrimPrefix(uri, issuer))
		assert.Equal(t, http.StatusOK, page.status)
		assert.Contains(t, page.body, "Scope not allowed")
		for _, private := range []string{"billing", "invoices:r", "gatehouse client"} {
			assert.NotContains(t, page.body, private)
		}
		explained := string(s.command("explain", uri))
		for _, part := range []string{"billing", "invoices:raed", "invoices:read", "--add-scope"} {
			assert.Contains(t, explained, part)
		}
		assert.Equal(t, http.StatusNotFound, s.get("/errors/"+strings.Repeat("A", 200)).status)
	})
}

// Public clients must not use client credentials (RFC 6749 section 4.4) or introspection.
func TestPublicClientsAreRefused(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		s.client("spa", "--public", "--redirect-uri", "https://spa.example.com/cb", "--grant-type", "authorization_code")
		form := url.Values{"client_id": {"spa"}, "grant_type": {"client_credentials"}, "token": {"x"}}
		assert.Equal(t, "unauthorized_client", s.post("/oauth/token", "", "", form).json(t)["error"])
		assert.Equal(t, "invalid_client", s.post("/oauth/introspect", "", "", form).json(t)["error"])
		// A public client may revoke its own tokens (RFC 7009 section 2.1).
		assert.Equal(t, http.StatusOK, s.post("/oauth/revoke", "", "", form).status)
	})
}

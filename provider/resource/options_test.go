package resource_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

func TestWrongOptionsAreRefused(t *testing.T) {
	t.Parallel()
	good := resource.Introspection{ClientID: "id", ClientSecret: "secret"}
	key := ecKey(t, p256())
	for name, tc := range map[string]struct {
		issuer string
		change func(*resource.Options)
		text   string
	}{
		"no issuer":            {"", nil, "issuer"},
		"http":                 {"http://id.example.com", nil, "issuer is not an https URL"},
		"resource without TLS": {"https://id.example.com", func(o *resource.Options) { o.Resource = "http://api.example.com" }, "Resource is not an https URL"},
		"file":                 {"file:///id", nil, "issuer"},
		"no scheme":            {"id.example.com", nil, "issuer"},
		"credentials":          {"https://a:b@id.example.com", nil, "issuer"},
		"query":                {"https://id.example.com?x", nil, "query"},
		"no audience":          {"https://id.example.com", func(o *resource.Options) { o.Audience = nil }, "Audience"},
		"empty audience":       {"https://id.example.com", func(o *resource.Options) { o.Audience = []string{"a", ""} }, "Audience"},
		"HS256":                {"https://id.example.com", func(o *resource.Options) { o.Algorithms = []jose.SignatureAlgorithm{jose.HS256} }, "HS256"},
		"none":                 {"https://id.example.com", func(o *resource.Options) { o.Algorithms = []jose.SignatureAlgorithm{"none"} }, "none"},
		"leeway":               {"https://id.example.com", func(o *resource.Options) { o.Leeway = time.Hour }, "Leeway"},
		"realm":                {"https://id.example.com", func(o *resource.Options) { o.Realm = "a\r\nb" }, "realm"},
		"resource":             {"https://id.example.com", func(o *resource.Options) { o.Resource = "api" }, "Resource"},
		"resource's fragment":  {"https://id.example.com", func(o *resource.Options) { o.Resource = "https://api.example#x" }, "fragment"},
		"keys":                 {"https://id.example.com", func(o *resource.Options) { o.KeysURL = "http://id.example.com/jwks" }, "KeysURL"},
		"no credentials":       {"https://id.example.com", func(o *resource.Options) { o.Introspection = &resource.Introspection{} }, "ClientID"},
		"no secret":            {"https://id.example.com", func(o *resource.Options) { o.Introspection = &resource.Introspection{ClientID: "a"} }, "ClientSecret"},
		"public signing key": {"https://id.example.com", func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: "a", SigningKey: &jose.JSONWebKey{Key: key.Public(), Algorithm: "ES256"}}
		}, "SigningKey"},
		"signing key, no alg": {"https://id.example.com", func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: "a", SigningKey: &jose.JSONWebKey{Key: key}}
		}, "SigningKey"},
		"introspection by URL": {"https://id.example.com", func(o *resource.Options) { in := good; in.URL = "http://id.example.com/i"; o.Introspection = &in }, "Introspection.URL"},
		"feed, no credentials": {"https://id.example.com", func(o *resource.Options) { o.Revocations = &resource.Revocations{ClientID: "a"} }, "Revocations"},
		"feed, no client":      {"https://id.example.com", func(o *resource.Options) { o.Revocations = &resource.Revocations{ClientSecret: "s"} }, "Revocations"},
		"feed, public signing key": {"https://id.example.com", func(o *resource.Options) {
			o.Revocations = &resource.Revocations{ClientID: "a", SigningKey: &jose.JSONWebKey{Key: key.Public(), Algorithm: "ES256"}}
		}, "Revocations.SigningKey"},
		"feed by URL, no token": {"https://id.example.com", func(o *resource.Options) {
			o.Revocations = &resource.Revocations{ClientID: "a", ClientSecret: "s", URL: "https://id.example.com/feed"}
		}, "Revocations.URL"},
	} {
		o := resource.Options{Audience: []string{"api"}}
		if tc.change != nil {
			tc.change(&o)
		}
		_, err := resource.New(t.Context(), tc.issuer, o)
		require.ErrorContains(t, err, tc.text, name)
	}
	for _, issuer := range []string{"http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1", "https://id.example.com/tenant"} {
		_, err := resource.New(t.Context(), issuer, resource.Options{Audience: []string{"api"}, HTTPClient: unreachable(), Introspection: &good, Logger: quiet()})
		assert.NoError(t, err, issuer)
	}
	_, err := resource.New(t.Context(), "http://id:8080", resource.Options{Audience: []string{"api"}, AllowHTTP: true, HTTPClient: unreachable(), Logger: quiet()})
	assert.NoError(t, err)
}

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

func unreachable() *http.Client { return &http.Client{Transport: noNetwork{}} }

func TestReasonsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	names := f.Stats().Refused
	assert.Len(t, names, int(resource.ProviderUnavailable)+1, "two reasons have one name, or a reason has none")
	assert.NotContains(t, names, "unknown")
}

// A bare origin is the same with a slash and without (RFC 3986 section 6.2.3), and clients send either. Of
// anything longer the slash makes another resource, and who names an audience means it exactly.
func TestSpellingsOfTheResource(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		resource, aud string
		named, taken  bool
	}{
		{"https://mcp.example", "https://mcp.example", false, true},
		{"https://mcp.example", "https://mcp.example/", false, true},
		{"https://mcp.example/", "https://mcp.example", false, true},
		{"https://mcp.example/", "https://mcp.example/", false, true},
		{"https://mcp.example", "https://mcp.example//", false, false},
		{"https://mcp.example", "https://mcp.example.evil/", false, false},
		{"https://mcp.example", "https://mcp.example/mcp", false, false},
		{"https://mcp.example/mcp", "https://mcp.example/mcp/", false, false},
		{"https://mcp.example/mcp/", "https://mcp.example/mcp", false, false},
		{"https://mcp.example/mcp", "https://mcp.example", false, false},
		{"https://mcp.example?a", "https://mcp.example?a/", false, false},
		{"https://mcp.example", "https://mcp.example/", true, false},
	} {
		f := setup(t, func(o *resource.Options) {
			o.Audience, o.Resource = nil, tc.resource
			if tc.named {
				o.Audience = []string{tc.resource}
			}
		})
		want := ""
		if !tc.taken {
			want = "wrong_audience"
		}
		assert.Equal(t, want, reason(t, f.Verifier, f.Token(resourcetest.Claims{"aud": tc.aud})), "%+v", tc)
	}
}

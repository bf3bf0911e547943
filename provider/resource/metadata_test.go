package resource_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func TestProtectedResourceMetadata(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.verifier(f.URL, func(o *resource.Options) {
		o.Audience, o.Resource, o.ClientCertificates = nil, "https://api.example.com/v1", true
		o.Metadata = resource.Metadata{Scopes: []string{"invoices:read"}, Name: "Invoices", Documentation: "https://api.example.com/docs"}
	})
	assert.Equal(t, "/.well-known/oauth-protected-resource/v1", v.MetadataPath())
	w := httptest.NewRecorder()
	v.MetadataHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, v.MetadataPath(), nil))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"resource":"https://api.example.com/v1","authorization_servers":["`+f.URL+`"],"bearer_methods_supported":["header"],
		"scopes_supported":["invoices:read"],"resource_name":"Invoices","resource_documentation":"https://api.example.com/docs",
		"tls_client_certificate_bound_access_tokens":true}`, w.Body.String())
	w = httptest.NewRecorder()
	v.MetadataHandler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, v.MetadataPath(), nil))
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	preflight := httptest.NewRequest(http.MethodOptions, v.MetadataPath(), nil)
	preflight.Header.Set("Origin", "https://app.example")
	preflight.Header.Set("Access-Control-Request-Method", "GET")
	preflight.Header.Set("Access-Control-Request-Headers", "mcp-protocol-version")
	w = httptest.NewRecorder()
	v.MetadataHandler().ServeHTTP(w, preflight)
	assert.Equal(t, http.StatusNoContent, w.Code)
	assert.Equal(t, []string{"*", "*", "GET, HEAD"}, []string{
		w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Headers"), w.Header().Get("Access-Control-Allow-Methods"),
	})
	w = httptest.NewRecorder()
	f.MetadataHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, f.MetadataPath(), nil))
	assert.Equal(t, http.StatusNotFound, w.Code)

	refused := get(v.Authenticate)
	assert.Equal(t, `Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1"`, refused.Header().Get("WWW-Authenticate"))
	assert.Equal(t, http.StatusOK, get(v.Authenticate, "Bearer "+f.Token(claims{"aud": "https://api.example.com/v1"})).Code, "the resource is its audience")
}

func TestMetadataPathsAreInserted(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for resourceURL, want := range map[string]string{
		"https://api.example.com":        "https://api.example.com/.well-known/oauth-protected-resource",
		"https://api.example.com/":       "https://api.example.com/.well-known/oauth-protected-resource",
		"https://api.example.com/a%2Fb/": "https://api.example.com/.well-known/oauth-protected-resource/a%2Fb/",
		"https://api.example.com/?t=1":   "https://api.example.com/.well-known/oauth-protected-resource?t=1",
	} {
		v := f.verifier(f.URL, func(o *resource.Options) { o.Resource = resourceURL })
		assert.Equal(t, `Bearer resource_metadata="`+want+`"`, get(v.Authenticate).Header().Get("WWW-Authenticate"))
	}
}

package oauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

func TestPasskeyDocuments(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		oauth.PasskeyOriginsPath:   `{"origins":["https://shop.example","https://shop.example.org"]}`,
		oauth.PasskeyEndpointsPath: `{"enroll":"https://id.example.com/set-up?next=/account/security/factors","manage":"https://id.example.com/account/security/factors"}`,
	} {
		r := named(oauth.Config{Prefix: "/oauth", Issuer: "https://id.example.com", PasskeyOrigins: []string{"https://shop.example", "https://shop.example.org"}}, path)
		require.NotNil(t, r, path)
		assert.Equal(t, route.AnyOrigin, r.CORS)
		assert.Equal(t, []string{http.MethodGet}, r.Methods)
		w := httptest.NewRecorder()
		require.NoError(t, r.Handler(w, httptest.NewRequest(http.MethodGet, path, nil)))
		assert.JSONEq(t, want, w.Body.String())
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), "browsers take no other type (Web Authentication section 5.11.1)")
		assert.NotEmpty(t, w.Header().Get("ETag"))
	}
	assert.Nil(t, named(oauth.Config{Prefix: "/oauth", Issuer: "https://id.example.com"}, oauth.PasskeyOriginsPath), "no further sites")
}

func named(c oauth.Config, path string) *route.Route {
	for _, r := range c.Routes() {
		if r.Path == path {
			return &r
		}
	}
	return nil
}

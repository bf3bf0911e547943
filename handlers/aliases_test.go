package handlers

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// A path may be an alias for some requests and another route for the others.
func TestAliasesShareTheirPathByMethodAndBody(t *testing.T) {
	t.Parallel()
	token, revoke, list, manage := valid(), valid(), valid(), valid()
	token.Name, token.Path, token.Methods, token.Aliases = "token", "/token", []string{http.MethodPost}, []string{"/api/tokens"}
	revoke.Name, revoke.Path, revoke.Methods, revoke.FormAliases = "revoke", "/revoke", []string{http.MethodPost}, []string{"/api/tokens/revoke"}
	list.Name, list.Path, list.Methods = "list", "/api/tokens", []string{http.MethodGet}
	manage.Name, manage.Path, manage.Methods = "manage", "/api/tokens/revoke", []string{http.MethodPost}
	aliases, err := aliasTable([]route.Route{token, revoke, list, manage})
	require.NoError(t, err)
	seen := ""
	h := rewriteAliases(aliases, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.URL.Path }))
	for _, tc := range []struct{ method, path, kind, want string }{
		{http.MethodPost, "/api/tokens", wire.FormType, "/token"},
		{http.MethodPost, "/api/tokens", "", "/token"},
		{http.MethodOptions, "/api/tokens", "", "/token"},
		{http.MethodGet, "/api/tokens", "", "/api/tokens"},
		{http.MethodPost, "/api/tokens/revoke", wire.FormType + "; charset=utf-8", "/revoke"},
		{http.MethodPost, "/api/tokens/revoke", wire.JSONType, "/api/tokens/revoke"},
		{http.MethodPost, "/api/tokens/revoke", "text/plain", "/api/tokens/revoke"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), tc.method, tc.path, http.NoBody)
		r.Header.Set("Content-Type", tc.kind)
		h.ServeHTTP(httptest.NewRecorder(), r)
		assert.Equal(t, tc.want, seen, tc)
	}
	list.Methods = []string{http.MethodPost}
	_, err = aliasTable([]route.Route{token, list})
	assert.Error(t, err, "two routes for one request")
}

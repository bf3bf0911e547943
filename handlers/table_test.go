package handlers

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func answer(http.ResponseWriter, *http.Request) error { return nil }

func valid() Route {
	return Route{Name: "x", Methods: []string{http.MethodGet}, Path: "/x", Protection: Open, Handler: answer}
}

func TestTableRefusesRoutesThatNobodyThoughtThrough(t *testing.T) {
	t.Parallel()
	require.NoError(t, checkTable([]Route{valid()}))
	for name, change := range map[string]func(*Route){
		"no protection":      func(r *Route) { r.Protection = 0 },
		"made-up protection": func(r *Route) { r.Protection = Page + 1 },
		"made-up CORS rule":  func(r *Route) { r.CORS = PublicClientOrigins + 1 },
		"no handler":         func(r *Route) { r.Handler = nil },
		"no methods":         func(r *Route) { r.Methods = nil },
		"no name":            func(r *Route) { r.Name = "" },
		"relative path":      func(r *Route) { r.Path = "x" },
		"negative limit":     func(r *Route) { r.MaxBody = -1 },
	} {
		route := valid()
		change(&route)
		assert.Error(t, checkTable([]Route{route}), name)
	}
}

func TestTableRefusesTwoRoutesInOnePlace(t *testing.T) {
	t.Parallel()
	other := valid()
	other.Name = "y"
	require.Error(t, checkTable([]Route{valid(), other}), "same method and path")
	other.Methods = []string{http.MethodPost}
	assert.NoError(t, checkTable([]Route{valid(), other}))
	other.CORS = AnyOrigin
	assert.Error(t, checkTable([]Route{valid(), other}), "a preflight could not know which rule to follow")
	other = valid()
	other.Path = "/y"
	assert.Error(t, checkTable([]Route{valid(), other}), "same name")
}

func TestTableRefusesAliasesThatShadow(t *testing.T) {
	t.Parallel()
	first, second := valid(), valid()
	second.Name, second.Path = "y", "/y"
	for _, alias := range []string{"/x", "/old/{id}"} {
		second.Aliases = []string{alias}
		_, err := aliasTable([]Route{first, second})
		assert.Error(t, err, alias)
	}
	first.Aliases, second.Aliases = []string{"/old"}, []string{"/old"}
	_, err := aliasTable([]Route{first, second})
	assert.Error(t, err, "one alias for two routes")
}

func TestAliasThatEqualsThePathIsDropped(t *testing.T) {
	t.Parallel()
	endpoints := Endpoints{Discovery: answer, JWKS: answer, Token: answer, Introspect: answer, Revoke: answer, UserInfo: answer, Authorize: answer, LoginPage: answer, Login: answer, Consent: answer, Logout: answer, Logo: answer}
	for prefix, dropped := range map[string]string{"": "/token", "/authorize": "/authorize/jwks", "/api/v1/oauth": "/api/v1/oauth/introspect", "/oauth": "-"} {
		table := routes(prefix, endpoints, ownEndpoints{landing: answer, explanation: answer, asset: answer, head: answer})
		require.NoError(t, checkTable(table), prefix)
		aliases, err := aliasTable(table)
		require.NoError(t, err, prefix)
		assert.NotContains(t, aliases, dropped)
		assert.Contains(t, aliases, "/oauth/v2/token")
	}
}

func TestBrokenTemplateKeepsTheServerFromStarting(t *testing.T) {
	t.Parallel()
	route := valid()
	route.Path = "/x/{id"
	_, err := newRouter([]Route{route}, nil, func(_ Route, h HandlerFunc) HandlerFunc { return h })
	assert.Error(t, err)
}

func TestLiteralsStandBeforeTemplates(t *testing.T) {
	t.Parallel()
	template, literal := valid(), valid()
	template.Path, literal.Path = "/x/{id}", "/x/new"
	sorted := literalsFirst([]Route{template, literal})
	assert.Equal(t, "/x/new", sorted[0].Path)
}

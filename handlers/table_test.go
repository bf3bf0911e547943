package handlers

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

func answer(http.ResponseWriter, *http.Request) error { return nil }

func valid() route.Route {
	return route.Route{Name: "x", Methods: []string{http.MethodGet}, Path: "/x", Protection: route.Open, Handler: answer}
}

func TestTableRefusesIncompleteRoutes(t *testing.T) {
	t.Parallel()
	require.NoError(t, checkTable([]route.Route{valid()}, route.Guards{}))
	for name, change := range map[string]func(*route.Route){
		"no protection":       func(r *route.Route) { r.Protection = "" },
		"made-up protection":  func(r *route.Route) { r.Protection = "private" },
		"a scope for nothing": func(r *route.Route) { r.Protection = route.Open + " x" },
		"no scope":            func(r *route.Route) { r.Protection = route.Bearer("") },
		"no guard":            func(r *route.Route) { r.Protection = route.Bearer("clients:read") },
		"no guard of users":   func(r *route.Route) { r.Protection = route.Session },
		"made-up CORS rule":   func(r *route.Route) { r.CORS = route.PublicClientOrigins + 1 },
		"no handler":          func(r *route.Route) { r.Handler = nil },
		"no methods":          func(r *route.Route) { r.Methods = nil },
		"no name":             func(r *route.Route) { r.Name = "" },
		"relative path":       func(r *route.Route) { r.Path = "x" },
		"negative limit":      func(r *route.Route) { r.MaxBody = -1 },
	} {
		entry := valid()
		change(&entry)
		assert.Error(t, checkTable([]route.Route{entry}, route.Guards{}), name)
	}
}

func TestTableRefusesTwoRoutesOfOneMethodAndPath(t *testing.T) {
	t.Parallel()
	other := valid()
	other.Name = "y"
	require.Error(t, checkTable([]route.Route{valid(), other}, route.Guards{}), "same method and path")
	other.Methods = []string{http.MethodPost}
	assert.NoError(t, checkTable([]route.Route{valid(), other}, route.Guards{}))
	other.CORS = route.AnyOrigin
	assert.Error(t, checkTable([]route.Route{valid(), other}, route.Guards{}), "a preflight could not know which rule to follow")
	other = valid()
	other.Path = "/y"
	assert.Error(t, checkTable([]route.Route{valid(), other}, route.Guards{}), "same name")
}

func TestTableRefusesAliasesThatShadow(t *testing.T) {
	t.Parallel()
	first, second := valid(), valid()
	second.Name, second.Path = "y", "/y"
	for _, alias := range []string{"/x", "/old/{id}"} {
		second.Aliases = []string{alias}
		_, err := aliasTable([]route.Route{first, second})
		assert.Error(t, err, alias)
	}
	first.Aliases, second.Aliases = []string{"/old"}, []string{"/old"}
	_, err := aliasTable([]route.Route{first, second})
	assert.Error(t, err, "one alias for two routes")
}

func TestAliasThatEqualsThePathIsDropped(t *testing.T) {
	t.Parallel()
	for prefix, dropped := range map[string]string{"": "/token", "/authorize": "/authorize/jwks", "/api/v1/oauth": "/api/v1/oauth/introspect", "/oauth": "-"} {
		table := oauth.Config{Prefix: prefix}.Routes()
		passes := func(r *http.Request, _ string) (*http.Request, error) { return r, nil }
		require.NoError(t, checkTable(table, route.Guards{Bearer: passes}), prefix)
		aliases, err := aliasTable(table)
		require.NoError(t, err, prefix)
		assert.NotContains(t, aliases, dropped)
		assert.Contains(t, aliases, "/oauth/v2/token")
	}
}

func TestAMalformedTemplatePreventsTheStart(t *testing.T) {
	t.Parallel()
	entry := valid()
	entry.Path = "/x/{id"
	_, err := newRouter([]route.Route{entry}, nil, notFound, func(_ route.Route, h route.HandlerFunc) route.HandlerFunc { return h })
	assert.Error(t, err)
}

func TestLiteralsAreMatchedBeforeTemplates(t *testing.T) {
	t.Parallel()
	template, literal := valid(), valid()
	template.Path, literal.Path = "/x/{id}", "/x/new"
	sorted := literalsFirst([]route.Route{template, literal})
	assert.Equal(t, "/x/new", sorted[0].Path)
}

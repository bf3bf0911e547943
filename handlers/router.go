package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// newRouter serves the table. A path is matched as it was sent, byte by byte: nothing is
// decoded, cleaned or redirected, so there is one way to write each path and every other
// is a 404 (%2f, //, /./, a trailing slash, another case).
func newRouter(table []Route, render *renderer, wrap func(Route, HandlerFunc) HandlerFunc) (http.Handler, error) {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	router.NotFoundHandler = &resource{template: unmatched, form: negotiated, render: render, otherwise: notFound}

	resources := map[string]*resource{}
	for _, route := range literalsFirst(table) {
		res, ok := resources[route.Path]
		if !ok {
			res = newResource(route, render)
			// Inside the route's CORS rule, or the script that used a wrong method could not read so.
			res.otherwise = wrap(route, res.methodNotAllowed)
			resources[route.Path] = res
			if err := router.Path(route.Path).Handler(res).GetError(); err != nil {
				return nil, fmt.Errorf("route %q: %w", route.Name, err)
			}
			if route.CORS != NoCORS {
				res.methods[http.MethodOptions] = wrap(route, res.preflight)
			}
		}
		res.add(route.Methods, wrap(route, route.Handler))
	}
	return router, nil
}

// literalsFirst keeps a variable from swallowing a literal path, and puts the paths that
// are asked for most before the costlier ones.
func literalsFirst(table []Route) []Route {
	sorted := slices.Clone(table)
	rank := func(r Route) int { return min(strings.Count(r.Path, "{"), 1) }
	slices.SortStableFunc(sorted, func(a, b Route) int { return rank(a) - rank(b) })
	return sorted
}

// unmatched stands in logs and records for the template of a route.
const unmatched = "unmatched"

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return refusal.New(refusal.NotFound, refusal.CheckNotFound, "Nothing is served under this address.").
		Compare(refusal.FieldPath, "", r.URL.Path)
}

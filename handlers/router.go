package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// newRouter serves the table. A path is matched exactly as it was sent: nothing is decoded, cleaned
// or redirected, so there is one way to write each path and every other is a 404 (%2f, //, /./, a
// trailing slash, another case).
func newRouter(table []route.Route, render *renderer, unknown route.HandlerFunc, wrap func(route.Route, route.HandlerFunc) route.HandlerFunc) (http.Handler, error) {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	router.NotFoundHandler = &resource{template: unmatched, form: route.Negotiated, render: render, otherwise: unknown}

	resources := map[string]*resource{}
	for _, entry := range literalsFirst(table) {
		res, ok := resources[entry.Path]
		if !ok {
			res = newResource(entry, render)
			// Inside the route's CORS rule, so that a script with a wrong method can read the error.
			res.otherwise = wrap(entry, res.methodNotAllowed)
			resources[entry.Path] = res
			if err := router.Path(entry.Path).Handler(res).GetError(); err != nil {
				return nil, fmt.Errorf("route %q: %w", entry.Name, err)
			}
			if entry.CORS != route.NoCORS {
				res.methods[http.MethodOptions] = wrap(entry, res.preflight)
			}
		}
		res.add(entry.Methods, wrap(entry, entry.Handler))
	}
	return router, nil
}

// literalsFirst sorts literal paths before those with variables, which could match them too and cost
// more.
func literalsFirst(table []route.Route) []route.Route {
	sorted := slices.Clone(table)
	rank := func(r route.Route) int { return min(strings.Count(r.Path, "{"), 1) }
	slices.SortStableFunc(sorted, func(a, b route.Route) int { return rank(a) - rank(b) })
	return sorted
}

// unmatched replaces the template of a route in logs and records.
const unmatched = "unmatched"

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return refusal.New(refusal.NotFound, refusal.CheckNotFound, "There is no page or endpoint at this URL.").
		Compare(refusal.FieldPath, "", r.URL.Path)
}

package handlers

import (
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// alias is what another path of a route stands for.
type alias struct {
	path    string
	methods []string
	// shared: the alias is the path of another route too, for other methods or, with form, for
	// bodies that are no form.
	shared, form bool
}

// means tells whether a request for the path means the route of the alias. A preflight request
// (OPTIONS) does: routes with aliases are those that scripts of other origins call.
func (a alias) means(r *http.Request) bool {
	switch {
	case !a.shared || r.Method == http.MethodOptions:
		return true
	case !slices.Contains(a.methods, r.Method):
		return false
	default:
		return !a.form || wire.IsForm(r)
	}
}

// rewriteAliases runs before everything else, so that limits, metrics and logs never see the same
// endpoint under two names. Only the exact path is an alias: one with percent-encoding (RawPath is
// set then) is another path, and a 404.
func rewriteAliases(aliases map[string]alias, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := aliases[r.URL.Path]; ok && r.URL.RawPath == "" && a.means(r) {
			canonical, target := *r, *r.URL // the server still owns r
			target.Path = a.path
			canonical.URL = &target
			r = &canonical
		}
		next.ServeHTTP(w, r)
	})
}

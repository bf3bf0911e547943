package proxy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// Route is what the paths below a prefix demand.
type Route struct {
	// Prefix is a path: /admin is for /admin and /admin/users, and not for /administrators.
	Prefix string
	// Public lets every request through, and looks at no token.
	Public bool
	// Scopes must all be in the token; none: any valid token will do.
	Scopes []string

	segments []string
}

// ParseRoutes reads the routes from settings: the scopes that all paths require, PREFIX=SCOPE... for
// those that require others, and the prefixes that are public. Of several prefixes the longest counts.
func ParseRoutes(require, prefixes, public []string) ([]Route, error) {
	var routes []Route
	for _, text := range prefixes {
		prefix, scopes, found := strings.Cut(text, "=")
		if !found || strings.TrimSpace(scopes) == "" {
			return nil, fmt.Errorf("%q is not of the form /PREFIX=SCOPE, such as /admin=admin:write", text)
		}
		routes = append(routes, Route{Prefix: strings.TrimSpace(prefix), Scopes: strings.Fields(scopes)})
	}
	for _, prefix := range public {
		routes = append(routes, Route{Prefix: strings.TrimSpace(prefix), Public: true})
	}
	whole := func(r Route) bool { return r.Prefix == "/" }
	if len(require) > 0 || !slices.ContainsFunc(routes, whole) {
		routes = append(routes, Route{Prefix: "/", Scopes: require})
	}
	for i := range routes {
		if err := routes[i].read(); err != nil {
			return nil, err
		}
		same := func(r Route) bool { return slices.EqualFunc(r.segments, routes[i].segments, strings.EqualFold) }
		if slices.ContainsFunc(routes[:i], same) {
			return nil, fmt.Errorf("there are two rules for the path %q", routes[i].Prefix)
		}
	}
	return routes, nil
}

func (r *Route) read() error {
	for _, scope := range r.Scopes {
		if !isScope(scope) {
			return fmt.Errorf("%q is not a scope", scope)
		}
	}
	path, err := parsePath(r.Prefix)
	if err != nil || strings.ContainsAny(r.Prefix, ";?#%") {
		return fmt.Errorf("%q is not a path such as /admin", r.Prefix)
	}
	r.segments = slices.DeleteFunc(path.exact, func(s string) bool { return s == "" })
	return nil
}

// isScope: RFC 6749 section 3.3.
func isScope(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

// requirement is what the middleware is to check.
func (r *Route) requirement() resource.Requirement { return resource.Requirement{Scopes: r.Scopes} }

// find returns the index of the route of a path, the one with the most segments of those that match.
// There always is one.
//
// A route that demands something matches loosely and ignores case, for an API that does. A public one
// matches exactly.
func find(routes []Route, path requestPath) int {
	best, length := -1, -1
	for i, r := range routes {
		matches := startsWith(path.loose, r.segments, strings.EqualFold)
		if r.Public {
			matches = startsWith(path.exact, r.segments, func(a, b string) bool { return a == b })
		}
		if matches && len(r.segments) > length {
			best, length = i, len(r.segments)
		}
	}
	return best
}

func startsWith(path, prefix []string, equal func(a, b string) bool) bool {
	return len(path) >= len(prefix) && slices.EqualFunc(path[:len(prefix)], prefix, equal)
}

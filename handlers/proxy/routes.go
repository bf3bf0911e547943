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

// find returns the index of the route of a path, the one with the most segments of those that match, and
// of two the one that matches without an extension. There always is one.
//
// A route that demands something matches loosely and ignores case, for an API that does, and an extension,
// since some frameworks serve /admin.json as /admin. A public one matches exactly.
func find(routes []Route, path requestPath) int {
	best, rank := -1, match{}
	for i := range routes {
		if m := routes[i].match(path); m.better(rank) {
			best, rank = i, m
		}
	}
	return best
}

// match is how well a route matches: by how many segments, and whether the last one has an extension that
// the route has not; of those that differ in nothing else, the longer name is the more exact.
type match struct {
	matches   bool
	segments  int
	extension bool
	length    int
}

func (m match) better(than match) bool {
	switch {
	case !m.matches || !than.matches:
		return m.matches
	case m.segments != than.segments:
		return m.segments > than.segments
	case m.extension != than.extension:
		return than.extension
	default:
		return m.length > than.length
	}
}

func (r *Route) match(path requestPath) match {
	m := match{segments: len(r.segments), length: len(r.Prefix)}
	if r.Public {
		m.matches = startsWith(path.exact, r.segments, func(a, b string) bool { return a == b })
		return m
	}
	if m.matches = startsWith(path.loose, r.segments, strings.EqualFold); m.matches || len(r.segments) != len(path.loose) || len(r.segments) == 0 {
		return m
	}
	last := len(r.segments) - 1
	m.extension = true
	m.matches = startsWith(path.loose, r.segments[:last], strings.EqualFold) && hasStem(path.loose[last], r.segments[last])
	return m
}

func startsWith(path, prefix []string, equal func(a, b string) bool) bool {
	return len(path) >= len(prefix) && slices.EqualFunc(path[:len(prefix)], prefix, equal)
}

// hasStem tells whether a segment is the name with a dot and more after it.
func hasStem(segment, name string) bool {
	for i, c := range segment {
		if c == '.' && strings.EqualFold(segment[:i], name) {
			return true
		}
	}
	return false
}

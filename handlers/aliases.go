package handlers

import "net/http"

// rewriteAliases runs before everything else, so that limits, metrics and logs never see the same
// endpoint under two names. Only the exact path is an alias: one with percent-encoding (RawPath is
// set then) is another path, and a 404.
func rewriteAliases(aliases map[string]string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := aliases[r.URL.Path]; ok && r.URL.RawPath == "" {
			canonical, target := *r, *r.URL // the server still owns r
			target.Path = path
			canonical.URL = &target
			r = &canonical
		}
		next.ServeHTTP(w, r)
	})
}

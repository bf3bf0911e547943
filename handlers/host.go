package handlers

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// checkHost refuses requests for other host names than the allowed ones; without any, all are
// allowed. A development server listens on loopback, which any web site can make the browser reach
// by a name of its own (DNS rebinding).
func checkHost(allowed []string, render *renderer, next http.Handler) http.Handler {
	if len(allowed) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(allowed, r) {
			render.refuse(w, r, route.Negotiated, refusal.New(refusal.InvalidRequest, refusal.CheckHost, "This server does not serve this host name.").
				WithStatus(http.StatusMisdirectedRequest))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// OnlyHosts does the same for the operator's listener: web sites could otherwise read metrics and
// profiles.
func OnlyHosts(allowed []string, next http.Handler) http.Handler {
	if len(allowed) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hostAllowed(allowed, r) {
			http.Error(w, "This server does not serve this host name.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostAllowed(allowed []string, r *http.Request) bool {
	name := hostname(r.Host)
	return slices.ContainsFunc(allowed, func(host string) bool { return strings.EqualFold(host, name) })
}

// hostname removes the port, and the brackets of an IPv6 address.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		return host[1 : len(host)-1]
	}
	return host
}

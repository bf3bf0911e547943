package demo

import (
	"net"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ownHost responds only under names of this machine: with DNS rebinding any web site could send a
// browser here under its own name, and read the tokens that the pages show.
func ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil || !client.Loopback(name) {
			http.Error(w, "The demo application is not served under this host name.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

package demo

import (
	"net"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ownHost answers under names of this machine only: any web site can send a browser here under
// a name of its own (DNS rebinding), and would read the tokens that the pages show.
func ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, err := net.SplitHostPort(r.Host)
		if err != nil || !client.Loopback(name) {
			http.Error(w, "The demo application does not answer under this host name.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// An API whose requests need an access token with the scope orders:read. Run it beside "make run", and
// "make example-service" or "make example-spa" to call it.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func main() {
	// The registration of this API.
	id, secret := "orders-api", cmp.Or(os.Getenv("CLIENT_SECRET"), "orders-api-secret-0123456789abcdef")
	verifier, err := resource.New(context.Background(), cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080"), resource.Options{
		// Tokens for other APIs are refused.
		Audience: []string{id},
		// For tokens that are no JWTs. The API asks about those that name it.
		Introspection: &resource.Introspection{ClientID: id, ClientSecret: secret},
		// So that what the provider revoked is refused within a second. Without it a JWT is good until it
		// expires, and another token for 10 s.
		Revocations: &resource.Revocations{ClientID: id, ClientSecret: secret},
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /orders", verifier.Require("orders:read")(http.HandlerFunc(orders)))

	server := &http.Server{Addr: cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8081"), Handler: fromBrowser(mux), ReadHeaderTimeout: 5 * time.Second}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", server.Addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("listening on %s", listener.Addr())
	log.Fatal(server.Serve(listener))
}

func orders(w http.ResponseWriter, r *http.Request) {
	principal, _ := resource.FromContext(r.Context()) // it is there: the middleware checked it
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"subject": principal.Subject})
}

// fromBrowser lets the scripts of one origin call the API (CORS), and answers the question that a browser asks first.
func fromBrowser(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", cmp.Or(os.Getenv("ORIGIN"), "http://localhost:5173"))
		w.Header().Set("Access-Control-Expose-Headers", "WWW-Authenticate")
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Headers", "Authorization")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

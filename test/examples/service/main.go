// A service that calls an API in its own name, with client credentials. Run it beside "make run" and
// "make example-api".
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	config := clientcredentials.Config{
		ClientID:     "demo-service",
		ClientSecret: cmp.Or(os.Getenv("CLIENT_SECRET"), "demo-service-secret-0123456789abcdef"),
		TokenURL:     cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080") + "/oauth/token",
		Scopes:       []string{"orders:read"},
		// Which API the token is for. It accepts no other.
		EndpointParams: url.Values{"audience": {"orders-api"}},
	}
	ctx := context.Background()
	// The client gets a token when it needs one, uses it until it expires, and then gets the next.
	client := config.Client(ctx)
	api := cmp.Or(os.Getenv("API"), "http://127.0.0.1:8081")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"/orders", nil)
	if err != nil {
		log.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		log.Fatalf("%v\n(make example-api starts an API at %s)", err, api)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		log.Panic(err)
	}
	_, _ = fmt.Fprintf(os.Stdout, "%s: %s", response.Status, body)
}

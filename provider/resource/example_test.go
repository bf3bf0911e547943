package resource_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// example stands for the *testing.T that an example has not.
type example struct{}

func (example) Helper()                   {}
func (example) Cleanup(func())            {}
func (example) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

func request(handler http.Handler, path, token string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
}

func greet(w http.ResponseWriter, r *http.Request) {
	principal, ok := resource.FromContext(r.Context())
	if !ok {
		fmt.Fprint(w, "hello")
		return
	}
	fmt.Fprintf(w, "hello %s, by %s, who may write: %t", principal.Subject, principal.ClientID, principal.Can("invoices:write"))
}

func Example() {
	issuer := resourcetest.NewIssuer(example{}) // in a program, the address of the provider
	verifier, err := resource.New(context.Background(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
	if err != nil {
		panic(err)
	}
	routes := http.NewServeMux()
	routes.Handle("GET /invoices", verifier.Require("invoices:read")(http.HandlerFunc(greet)))
	routes.Handle("GET /", verifier.Optional(http.HandlerFunc(greet)))

	request(routes, "/invoices", issuer.Token(resourcetest.Claims{"scope": "invoices:read"}))
	request(routes, "/invoices", issuer.Token(resourcetest.Claims{"scope": "profile"}))
	request(routes, "/invoices", "")
	request(routes, "/", "")
	// Output:
	// 200 hello alice, by test-client, who may write: false
	// 403 {"error":"insufficient_scope","error_description":"The access token does not have the required scope."}
	// 401 {"error":"missing_token","error_description":"An access token is required, in the header Authorization: Bearer TOKEN."}
	// 200 hello
}

// The middlewares are what gorilla/mux calls a MiddlewareFunc: for all routes of a router, and for
// some of them.
func Example_gorillaMux() {
	issuer := resourcetest.NewIssuer(example{})
	verifier, err := resource.New(context.Background(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
	if err != nil {
		panic(err)
	}
	router := mux.NewRouter()
	router.Use(verifier.Authenticate)
	router.HandleFunc("/profile", greet)
	invoices := router.PathPrefix("/invoices").Subrouter()
	invoices.Use(verifier.Require("invoices:read"))
	invoices.HandleFunc("/{id}", greet)

	token := issuer.Token(resourcetest.Claims{"scope": "profile"})
	request(router, "/profile", token)
	request(router, "/invoices/7", token)
	// Output:
	// 200 hello alice, by test-client, who may write: false
	// 403 {"error":"insufficient_scope","error_description":"The access token does not have the required scope."}
}

// Tokens that are no JWTs are introspected. One that was revoked is refused once it is not cached any
// more.
func Example_introspection() {
	issuer := resourcetest.NewIssuer(example{})
	verifier, err := resource.New(context.Background(), issuer.URL, resource.Options{
		Audience:      []string{issuer.Audience},
		Introspection: &resource.Introspection{ClientID: issuer.ClientID, ClientSecret: issuer.ClientSecret, CacheFor: -1},
	})
	if err != nil {
		panic(err)
	}
	api := verifier.Authenticate(http.HandlerFunc(greet))
	token := issuer.Opaque(nil)
	request(api, "/", token)
	issuer.Revoke(token)
	request(api, "/", token)
	// Output:
	// 200 hello alice, by test-client, who may write: false
	// 401 {"error":"invalid_token","error_description":"The access token is unknown, expired or revoked."}
}

// A sensitive operation demands that the user was authenticated lately. The challenge tells the client
// what to ask the provider for (RFC 9470).
func Example_stepUp() {
	issuer := resourcetest.NewIssuer(example{})
	verifier, err := resource.New(context.Background(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
	if err != nil {
		panic(err)
	}
	transfer := verifier.With(resource.Requirement{Scopes: []string{"transfer"}, MaxAge: 5 * time.Minute})(http.HandlerFunc(greet))
	r := httptest.NewRequest(http.MethodPost, "/transfer", nil)
	r.Header.Set("Authorization", "Bearer "+issuer.Token(resourcetest.Claims{"scope": "transfer", "auth_time": time.Now().Add(-time.Hour).Unix()}))
	w := httptest.NewRecorder()
	transfer.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	// Output:
	// 401 Bearer realm="https://api.example.test", error="insufficient_user_authentication", error_description="A more recent authentication of the user is required.", scope="transfer", max_age="300"
}

// Verify is for tokens that come by another way than HTTP, such as a message.
func ExampleVerifier_Verify() {
	issuer := resourcetest.NewIssuer(example{})
	verifier, err := resource.New(context.Background(), issuer.URL, resource.Options{Audience: []string{issuer.Audience}})
	if err != nil {
		panic(err)
	}
	for _, token := range []string{
		issuer.Token(resourcetest.Claims{"sub": "billing", "client_id": "billing"}),
		issuer.Token(resourcetest.Claims{"aud": "https://another-api.example"}),
	} {
		principal, err := verifier.Verify(context.Background(), token)
		switch {
		case errors.Is(err, resource.ErrUnavailable):
			fmt.Println("try again later")
		case err != nil:
			fmt.Println("refused:", err)
		default:
			fmt.Println(principal.Subject, principal.GrantType)
		}
	}
	// Output:
	// billing client_credentials
	// refused: resource: invalid token (wrong_audience)
}

// Clients find the provider of an API by this document (RFC 9728); challenges name it.
func ExampleVerifier_MetadataHandler() {
	verifier, err := resource.New(context.Background(), "https://id.example.com", resource.Options{
		Resource: "https://api.example.com/v1", Metadata: resource.Metadata{Scopes: []string{"invoices:read"}}, HTTPClient: unreachable(), Logger: quiet(),
	})
	if err != nil {
		panic(err)
	}
	routes := http.NewServeMux()
	routes.Handle(verifier.MetadataPath(), verifier.MetadataHandler())
	request(routes, "/.well-known/oauth-protected-resource/v1", "")
	// Output:
	// 200 {"resource":"https://api.example.com/v1","authorization_servers":["https://id.example.com"],"bearer_methods_supported":["header"],"scopes_supported":["invoices:read"]}
}

// A handler can be tested without tokens, too.
func ExampleNewContext() {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(resource.NewContext(r.Context(), resource.Principal{Subject: "bob", ClientID: "app", Scopes: []string{"invoices:write"}}))
	w := httptest.NewRecorder()
	greet(w, r)
	fmt.Println(w.Body)
	// Output:
	// hello bob, by app, who may write: true
}

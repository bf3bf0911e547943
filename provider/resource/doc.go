// Package resource protects APIs in Go by OAuth 2.0 access tokens. It works with any provider that
// follows the standards, and imports the standard library and go-jose, nothing else.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//		"log"
//		"net/http"
//
//		"github.com/gatehouse-id/gatehouse/provider/resource"
//	)
//
//	func main() {
//		verifier, err := resource.New(context.Background(), "https://id.example.com", resource.Options{
//			Audience: []string{"https://invoices.example.com"},
//			// For tokens that are no JWTs:
//			Introspection: &resource.Introspection{ClientID: "invoices-api", ClientSecret: "..."},
//		})
//		if err != nil {
//			log.Fatal(err)
//		}
//		mux := http.NewServeMux()
//		mux.Handle("GET /invoices", verifier.Require("invoices:read")(http.HandlerFunc(invoices)))
//		log.Fatal(http.ListenAndServe(":8080", mux))
//	}
//
//	func invoices(w http.ResponseWriter, r *http.Request) {
//		principal, _ := resource.FromContext(r.Context())
//		fmt.Fprintf(w, "invoices of %s\n", principal.Subject)
//	}
//
// Require and the other middlewares are functions from http.Handler to http.Handler, which net/http,
// gorilla/mux, chi and others take as they are. Verify and Check are for everything else, such as an
// interceptor of gRPC or a consumer of messages. Package resourcetest has an issuer for tests.
//
// # What is checked
//
// Of a JWT (RFC 9068): the signature, by a key of the issuer that is meant for its algorithm, which
// must be asymmetric; the type at+jwt; issuer, audience, expiry and other times; that nothing in it
// is critical. Keys in the token, or addresses of keys, are ignored.
//
// Of other tokens, what the provider says (RFC 7662): that it is active, that it is an access token,
// and again issuer, audience and times. Several requests with one token share one question.
//
// A token that is bound to a key (the claim cnf) is refused, unless ClientCertificates is set and the
// connection has that certificate (RFC 8705). DPoP (RFC 9449) is not supported.
//
// # How long a revoked token is accepted
//
// A JWT until it expires, plus Leeway; another one as long as Introspection.CacheFor, 10 seconds by
// default. Options.Revocations follows the provider's feed of what it revoked, and refuses both within
// a second. Introspection.Always asks about JWTs as well, and Options.Revoked refuses what the program
// knows from elsewhere to be revoked.
//
// # Without the provider
//
// New does not wait for the provider, so an API can start first. While the provider cannot be reached,
// JWTs are verified by the keys that are known, for 24 hours by default. Other tokens, and everything
// before the keys are known, get status 503 with Retry-After: a client that got 401 instead would
// throw away a good token. After repeated failures introspection pauses, so that requests do not
// wait. No answer of the provider is used longer than the options say.
//
// # Several providers
//
// A Verifier is for one issuer. An API with several makes one for each, and chooses by something
// that it trusts, such as the host that was asked; a token is no such thing.
package resource

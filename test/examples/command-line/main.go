// A program for the terminal that signs its user in by the browser (RFC 8252). Run it beside "make run".
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080"))
	if err != nil {
		log.Fatal(err)
	}
	// Any free port will do: the one of a loopback redirect URI may differ from the registered one.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	config := oauth2.Config{
		ClientID:    "demo-spa", // a public client: a program on many machines keeps no secret
		Endpoint:    provider.Endpoint(),
		RedirectURL: "http://" + listener.Addr().String() + "/callback",
		Scopes:      []string{oidc.ScopeOpenID, "profile"},
	}
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	fmt.Fprintln(os.Stderr, "Open this address, and sign in as alice / wonderland:")
	_, _ = fmt.Fprintln(os.Stdout, config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)))

	code, err := wait(listener, state)
	if err != nil {
		log.Fatal(err)
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		log.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	if err != nil || idToken.Nonce != nonce {
		log.Fatal("the ID token is not valid: ", err)
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		log.Fatal(err)
	}
	var claims struct{ Name string }
	if err := info.Claims(&claims); err != nil {
		log.Fatal(err)
	}
	_, _ = fmt.Fprintf(os.Stdout, "signed in as %s (%s)\n", claims.Name, idToken.Subject)
}

// wait serves the redirect URI until the browser comes back.
func wait(listener net.Listener, state string) (code string, err error) {
	codes, faults := make(chan string, 1), make(chan error, 1)
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch {
		case r.URL.Path != "/callback" || query.Get("state") != state: // not the answer to our question
			http.NotFound(w, r)
			return
		case query.Has("error"):
			faults <- errors.New(query.Get("error") + ": " + query.Get("error_description"))
		default:
			codes <- query.Get("code")
		}
		_, _ = fmt.Fprintln(w, "You can close this window.")
	})}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Shutdown(context.Background()) }()
	select {
	case code = <-codes:
	case err = <-faults:
	}
	return code, err
}

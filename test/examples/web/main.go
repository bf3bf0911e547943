// A web application with a sign-in. Run it beside "make run" and open http://127.0.0.1:3000.
package main

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type application struct {
	provider *oidc.Provider
	config   oauth2.Config
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080"))
	if err != nil {
		log.Fatal(err)
	}
	listen := cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:3000")
	app := application{provider, oauth2.Config{
		ClientID:     "demo-web",
		ClientSecret: cmp.Or(os.Getenv("CLIENT_SECRET"), "demo-web-secret-0123456789abcdef"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  "http://" + listen + "/callback", // registered exactly so
		Scopes:       []string{oidc.ScopeOpenID, "profile"},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.signIn)
	mux.HandleFunc("GET /callback", app.callback)
	server := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("open http://%s", listen)
	log.Fatal(server.ListenAndServe())
}

// signIn sends the browser to the provider. What must match when it comes back is in a cookie of this
// browser: an answer to somebody else's sign-in is refused. "Secure: true" belongs here with https.
func (a application) signIn(w http.ResponseWriter, r *http.Request) {
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	http.SetCookie(w, &http.Cookie{
		Name: "sign-in", Value: strings.Join([]string{state, nonce, verifier}, "."), Path: "/callback",
		MaxAge: 600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, a.config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

// callback exchanges the code. An application goes on with a session of its own for the user, who is
// identified by issuer and subject.
func (a application) callback(w http.ResponseWriter, r *http.Request) {
	kept := make([]string, 3)
	if cookie, err := r.Cookie("sign-in"); err == nil {
		copy(kept, strings.Split(cookie.Value, "."))
	}
	state, nonce, verifier := kept[0], kept[1], kept[2]
	query := r.URL.Query()
	switch {
	case state == "" || query.Get("state") != state:
		http.Error(w, "This sign-in was not begun in this browser.", http.StatusBadRequest)
		return
	case query.Has("error"):
		http.Error(w, "Not signed in: "+query.Get("error"), http.StatusForbidden)
		return
	}
	token, err := a.config.Exchange(r.Context(), query.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		http.Error(w, "The code was not accepted.", http.StatusBadGateway)
		return
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := a.provider.Verifier(&oidc.Config{ClientID: a.config.ClientID}).Verify(r.Context(), raw)
	var claims struct{ Name string }
	if err != nil || idToken.Nonce != nonce || idToken.Claims(&claims) != nil {
		http.Error(w, "The ID token is not valid.", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<p>Signed in as <b>%s</b>", html.EscapeString(claims.Name))
}

// A web application with a sign-in. Run it beside "make run" and open http://127.0.0.1:3000.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

type application struct {
	provider *oidc.Provider
	config   oauth2.Config
	sessions sync.Map // names by the cookie; a real application keeps sessions in its database, and ends them
}

func main() {
	provider, err := oidc.NewProvider(context.Background(), cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080"))
	if err != nil {
		log.Fatal(err)
	}
	listen := cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:3000")
	app := &application{provider: provider, config: oauth2.Config{
		ClientID:     "demo-web",
		ClientSecret: cmp.Or(os.Getenv("CLIENT_SECRET"), "demo-web-secret-0123456789abcdef"),
		RedirectURL:  "http://" + listen + "/callback", // registered exactly so
		Scopes:       []string{oidc.ScopeOpenID, "profile"}, Endpoint: provider.Endpoint(),
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", app.home)
	mux.HandleFunc("GET /callback", app.callback)
	server := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("open http://%s", listen)
	log.Fatal(server.ListenAndServe())
}

// home is for users who are signed in, and sends others to the provider. What must match when the browser comes back
// is in a cookie: an answer to somebody else's sign-in is refused. "Secure: true" belongs here with https.
func (a *application) home(w http.ResponseWriter, r *http.Request) {
	if name, ok := a.sessions.Load(cookie(r, "session")); ok {
		_, _ = fmt.Fprintf(w, "<p>Signed in as <b>%s</b>", html.EscapeString(fmt.Sprint(name)))
		return
	}
	state, nonce, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	http.SetCookie(w, &http.Cookie{
		Name: "sign-in", Value: strings.Join([]string{state, nonce, verifier}, "."), Path: "/callback",
		MaxAge: 600, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	http.Redirect(w, r, a.config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), http.StatusSeeOther)
}

// callback exchanges the code, and goes on with a session of its own for the user, who is identified by issuer and
// subject. It redirects, so that a reload does not send the code again: it is good once.
func (a *application) callback(w http.ResponseWriter, r *http.Request) {
	kept := append(strings.Split(cookie(r, "sign-in"), "."), "", "")
	state, nonce, verifier := kept[0], kept[1], kept[2]
	switch {
	case state == "" || r.FormValue("state") != state:
		http.Error(w, "This sign-in was not begun in this browser.", http.StatusBadRequest)
		return
	case r.FormValue("error") != "":
		http.Error(w, "Not signed in: "+r.FormValue("error"), http.StatusForbidden)
		return
	}
	token, err := a.config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(verifier))
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
	session := rand.Text() // a new one: what the browser had before may be known to somebody else
	a.sessions.Store(session, claims.Name)
	http.SetCookie(w, &http.Cookie{Name: "session", Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.SetCookie(w, &http.Cookie{Name: "sign-in", Path: "/callback", MaxAge: -1})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	return ""
}

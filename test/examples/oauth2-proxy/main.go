// An application that cannot sign people in, behind oauth2-proxy, which does it and says who they are. Run it beside
// "make run" and open http://127.0.0.1:4180. The settings of the proxy are in test/examples/settings.
package main

import (
	"cmp"
	"fmt"
	"html"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", home)
	// Nobody but the proxy may reach the application, or anybody could send the headers: it listens on loopback.
	server := &http.Server{Addr: cmp.Or(os.Getenv("APP_LISTEN"), "127.0.0.1:3001"), Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func home(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The proxy sets these, and drops what a browser sends by the same names.
	name, email := r.Header.Get("X-Forwarded-Preferred-Username"), r.Header.Get("X-Forwarded-Email")
	_, _ = fmt.Fprintf(w, `<p id="who">Signed in as <b>%s</b> (%s).</p><a id="sign-out" href="%s">Sign out</a>`,
		html.EscapeString(name), html.EscapeString(email), html.EscapeString(signOut()))
}

// signOut is an address of the proxy, which ends its session and goes on to the provider, which ends its own and comes
// back. Without that, the next sign-in asks for no password. The proxy puts the ID token in, so that nobody is asked.
func signOut() string {
	provider := cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080") + "/oauth/logout?id_token_hint={id_token}&" + url.Values{
		"post_logout_redirect_uri": {"http://" + cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:4180") + "/"},
	}.Encode()
	return "/oauth2/sign_out?" + url.Values{"rd": {provider}}.Encode()
}

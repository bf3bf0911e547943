// An application that cannot sign people in, behind oauth2-proxy, which does it and says who they are. Run it beside
// "make run" and open http://127.0.0.1:4180. The settings of the proxy are in test/examples/settings.
package main

import (
	"cmp"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"
)

var page = template.Must(template.New("").Parse(`<!doctype html>
<p id="who">Signed in as <b>{{.Name}}</b> ({{.Email}}).
<p><a id="sign-out" href="{{.SignOut}}">Sign out</a>
`))

func main() {
	// Of the proxy and of the provider, which the proxy hands over to.
	after := cmp.Or(os.Getenv("ISSUER"), "http://localhost:8080") + "/oauth/logout?" + url.Values{
		"client_id": {"oauth2-proxy"}, "post_logout_redirect_uri": {"http://" + cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:4180") + "/"},
	}.Encode()
	signOut := "/oauth2/sign_out?" + url.Values{"rd": {after + "&id_token_hint={id_token}"}}.Encode() // the proxy fills it in
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		// The proxy replaces these headers when somebody sends them. So nobody else may reach the application: it
		// listens on loopback.
		_ = page.Execute(w, map[string]any{
			"Name": r.Header.Get("X-Forwarded-Preferred-Username"), "Email": r.Header.Get("X-Forwarded-Email"),
			"SignOut": signOut,
		})
	})
	server := &http.Server{Addr: cmp.Or(os.Getenv("APP_LISTEN"), "127.0.0.1:3000"), ReadHeaderTimeout: 5 * time.Second}
	log.Fatal(server.ListenAndServe())
}

package demo

import (
	"errors"
	"io"
	"log/slog"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// Client is a registration that the application signs people in with; without a secret it is
// a public one.
type Client struct{ ID, Secret string }

// Config is what the application needs; all of it.
type Config struct {
	// Issuer is the server, and Prefix where its OAuth endpoints stand.
	Issuer, Prefix string
	// Address is where the application itself is, such as http://127.0.0.1:5555.
	Address string
	// Web is a confidential client, Public one without a secret, Service one that may
	// introspect tokens.
	Web, Public, Service Client
	Pages                *pages.Set
	// HTTP reaches the server.
	HTTP   *http.Client
	Random io.Reader
	Log    *slog.Logger
}

// application is the demo application.
type application struct{ Config }

// New makes the application.
func New(c Config) http.Handler {
	a := application{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.page(a.home))
	mux.HandleFunc("GET /start", a.page(a.start))
	mux.HandleFunc("GET /callback", a.page(a.callback))
	mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		if !c.Pages.Asset(w, r.URL.Path) {
			http.NotFound(w, r)
		}
	})
	return ownHost(mux)
}

// page sets the headers of a page, and shows what went wrong as one.
func (a application) page(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // a code stands in the address
		err := handle(w, r)
		if err == nil {
			return
		}
		a.Log.WarnContext(r.Context(), "demo application", "error", err.Error())
		problem := pages.DemoProblem{Description: err.Error()}
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.ErrorCode != "" {
			problem = pages.DemoProblem{Code: refused.ErrorCode, Description: refused.ErrorDescription, URI: refused.ErrorURI}
		}
		if err := a.Pages.DemoProblem(w, problem); err != nil {
			http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		}
	}
}

func (a application) home(w http.ResponseWriter, _ *http.Request) error {
	return a.Pages.Demo(w, pages.Demo{Issuer: a.Issuer, Web: a.Web.ID, Public: a.Public.ID})
}

// client is a registration by its id.
func (a application) client(id string) Client {
	if id == a.Public.ID {
		return a.Public
	}
	return a.Web
}

func (a application) redirectURI() string { return a.Address + "/callback" }

// oauth is how a client speaks to the server.
func (a application) oauth(c Client) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: a.redirectURI(), Scopes: []string{"openid", "profile", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: a.Issuer + a.Prefix + "/authorize", TokenURL: a.Issuer + a.Prefix + "/token"},
	}
}

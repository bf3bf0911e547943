package demo

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// Client is a registration of the application; a client without a secret is public.
type Client struct{ ID, Secret string }

// Config is the dependencies and settings of the application; all are required.
type Config struct {
	// Issuer is the server, and Prefix the path of its OAuth endpoints.
	Issuer, Prefix string
	// Address is the URL of the application itself, such as http://127.0.0.1:5555.
	Address string
	// Web is a confidential client, Public one without a secret, and Service one that may
	// introspect tokens.
	Web, Public, Service Client
	Pages                *pages.Set
	// HTTP sends requests to the server.
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

// page sets the headers of a page, and shows errors as a page.
func (a application) page(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // the URL contains a code
		err := handle(w, r)
		if err == nil {
			return
		}
		a.Log.WarnContext(r.Context(), "demo application", "error", err.Error())
		problem := pages.DemoProblem{Description: sentence(err)}
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) && refused.ErrorCode != "" {
			problem = pages.DemoProblem{Code: refused.ErrorCode, Description: refused.ErrorDescription, URI: refused.ErrorURI}
		}
		if err := a.Pages.DemoProblem(w, problem); err != nil {
			http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		}
	}
}

// sentence is an error as a page shows it.
func sentence(err error) string {
	text := strings.TrimSuffix(err.Error(), ".")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func (a application) home(w http.ResponseWriter, _ *http.Request) error {
	return a.Pages.Demo(w, pages.Demo{Issuer: a.Issuer, Web: a.Web.ID, Public: a.Public.ID})
}

// client is the client with the given id.
func (a application) client(id string) Client {
	if id == a.Public.ID {
		return a.Public
	}
	return a.Web
}

func (a application) redirectURI() string { return a.Address + "/callback" }

// oauth is the OAuth configuration of a client.
func (a application) oauth(c Client) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ID, ClientSecret: c.Secret, RedirectURL: a.redirectURI(), Scopes: []string{"openid", "profile", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: a.Issuer + a.Prefix + "/authorize", TokenURL: a.Issuer + a.Prefix + "/token"},
	}
}

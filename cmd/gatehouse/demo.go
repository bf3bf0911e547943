package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/demo"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/playground"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/storage"
)

// demoAddress is where the demo application is, unless DEMO_LISTEN says otherwise.
const demoAddress = "127.0.0.1:5555"

// demoClient is a client of the development database together with its secret, which is public.
type demoClient struct {
	client.Client

	secret string
}

// demoURL is the URL of the demo application, or empty if it is not served.
func (c *config) demoURL() string {
	if !c.serveDemo() {
		return ""
	}
	return "http://" + c.DemoListen
}

func demoClients(c config) []demoClient {
	standard, defaults := consent.StandardScopes(), consent.SignInScopes()
	application := c.demoURL()
	if application == "" {
		application = "http://" + demoAddress
	}
	redirects, returns := []string{application + "/callback", c.Issuer + playground.CallbackPath}, []string{application + "/"}
	return []demoClient{
		{client.Client{
			ID: "demo-web", Name: "Demo web application", Type: client.Web,
			GrantTypes:   []client.GrantType{client.AuthorizationCode, client.RefreshToken},
			RedirectURIs: redirects, Scopes: standard, DefaultScopes: defaults,
			PostLogoutRedirectURIs: returns, IDTokenClaims: true,
		}, "demo-web-secret-0123456789abcdef"},
		{client.Client{
			ID: "demo-spa", Name: "Demo browser application", Type: client.Native, AuthMethod: client.None,
			GrantTypes:   []client.GrantType{client.AuthorizationCode, client.RefreshToken},
			RedirectURIs: []string{"http://127.0.0.1/callback", "http://[::1]/callback", "http://localhost:5173/callback"},
			Scopes:       append(slices.Clone(standard), "orders:read"), DefaultScopes: defaults,
			// The API of the examples, and UserInfo for the same token.
			Audience:               []string{"orders-api", c.Issuer},
			PostLogoutRedirectURIs: append([]string{"http://localhost:5173/"}, returns...),
		}, ""},
		{client.Client{
			ID: "demo-service", Name: "Demo service", Type: client.Backend,
			GrantTypes: []client.GrantType{client.ClientCredentials},
			Scopes:     []string{"orders:read", "orders:write"}, DefaultScopes: []string{"orders:read"}, Audience: []string{"orders-api"},
			MayIntrospect: true,
		}, "demo-service-secret-0123456789abcdef"},
		// An API: it asks about tokens, of which it is the audience, and gets one itself for the feed of what
		// was revoked.
		{client.Client{
			ID: "orders-api", Name: "Demo API", Type: client.Backend, MayIntrospect: true,
			GrantTypes: []client.GrantType{client.ClientCredentials}, Scopes: []string{audit.RevocationFeed},
		}, "orders-api-secret-0123456789abcdef"},
		{client.Client{
			ID: "demo-trusted", Name: "Demo first-party application", Type: client.Web, FirstParty: true,
			GrantTypes: []client.GrantType{client.Password, client.RefreshToken}, Scopes: standard, DefaultScopes: defaults,
		}, "demo-trusted-secret-0123456789abcdef"},
	}
}

// demoScopes are those of the API of the examples.
func demoScopes() []consent.Scope {
	return []consent.Scope{
		{Name: "orders:read", Description: "See your orders", Descriptions: map[string]string{
			"de": "Ihre Bestellungen sehen", "es": "Ver sus pedidos", "fr": "Voir vos commandes",
		}},
		{Name: "orders:write", Description: "Change your orders", Descriptions: map[string]string{
			"de": "Ihre Bestellungen ändern", "es": "Cambiar sus pedidos", "fr": "Modifier vos commandes",
		}},
	}
}

// demoUser is a user of the development database together with its password.
type demoUser struct {
	account.User

	password string
}

func demoUsers() []demoUser {
	return []demoUser{
		{account.User{
			Username: "alice", Email: "alice@example.com", EmailVerified: true, Phone: "+442071838750", PhoneVerified: true,
			Profile: everyClaim(),
		}, "wonderland"},
		{account.User{Username: "admin", Email: "admin@example.com", EmailVerified: true, Roles: []string{"admin"}}, "looking-glass"},
	}
}

// everyClaim is a profile that has a value for each standard claim (OpenID Connect Core section 5.1).
func everyClaim() account.Profile {
	return account.Profile{
		Name: "Alice Pleasance Liddell", GivenName: "Alice", MiddleName: "Pleasance", FamilyName: "Liddell", Nickname: "Alice",
		Page: "https://example.com/alice", Picture: "https://example.com/alice.png", Website: "https://alice.example.com",
		Gender: "female", Birthdate: "1852-05-04", Zoneinfo: "Europe/London", Locale: "en-GB",
		Address: &account.Address{
			Formatted: "Christ Church\nSt Aldate's\nOxford OX1 1DP\nUnited Kingdom", Street: "St Aldate's", Locality: "Oxford",
			Region: "Oxfordshire", PostalCode: "OX1 1DP", Country: "United Kingdom",
		},
	}
}

// seed fills the databases whose secrets are public.
func (h *instance) seed(ctx context.Context, now time.Time) error {
	switch {
	case h.config.Dev:
		h.config.noteDevelopment()
		if err := h.seedDemo(ctx, now); err != nil {
			return fmt.Errorf("demo data: %w", err)
		}
	case h.config.Conformance:
		if err := h.seedConformance(ctx); err != nil {
			return fmt.Errorf("what the conformance suite needs: %w", err)
		}
	}
	return nil
}

// seedDemo fills the development database. It refuses one that holds clients and is not
// marked: those are real ones, and the demo secrets are public.
func (h *instance) seedDemo(ctx context.Context, now time.Time) error {
	demo, err := h.store.IsDemo(ctx)
	if err != nil {
		return err
	}
	present, err := h.store.Clients(ctx, "", "", 1)
	if err != nil {
		return err
	}
	if !demo {
		if len(present) > 0 {
			return fmt.Errorf("%s holds clients and is not a development database: --dev would add public passwords to it. Name another directory with --data-dir", storage.Describe(h.config.databaseURL()))
		}
		if err := h.store.MarkDemo(ctx); err != nil {
			return err
		}
	}
	for _, scope := range demoScopes() { // before the clients, whose scopes would have no description
		if _, err := h.catalogue.Create(ctx, audit.BackgroundJob("demo"), scope); err != nil && !errors.Is(err, provider.ErrConflict) {
			return fmt.Errorf("demo scope %s: %w", scope.Name, err)
		}
	}
	for _, d := range demoClients(h.config) {
		_, err := h.registry.Create(ctx, audit.BackgroundJob("demo"), &d.Client, d.secret)
		if errors.Is(err, provider.ErrConflict) {
			err = h.registerDemo(ctx, d.Client)
		}
		if err != nil {
			return fmt.Errorf("demo client %s: %w", d.ID, err)
		}
		if _, err := h.catalogue.Ensure(ctx, audit.BackgroundJob("demo"), d.Scopes); err != nil {
			return err
		}
	}
	for _, d := range demoUsers() {
		if _, err := h.users.Find(ctx, d.Username); err == nil {
			continue // hashing a password at every start would slow it down
		}
		if err := h.users.Create(ctx, audit.BackgroundJob("demo"), &d.User, d.password); err != nil && !errors.Is(err, provider.ErrConflict) {
			return fmt.Errorf("demo user %s: %w", d.Username, err)
		}
	}
	if len(present) == 0 {
		if err := h.seedFigures(ctx, now); err != nil {
			return fmt.Errorf("demo figures: %w", err)
		}
	}
	return nil
}

// registerDemo brings the URIs, grants, scopes and audiences of a client of an earlier start up to date: the
// demo application may have been at another address. What the developer added stays.
func (h *instance) registerDemo(ctx context.Context, demo client.Client) error {
	present, err := h.store.Client(ctx, demo.ID)
	if err != nil {
		return err
	}
	redirects := withFirst(demo.RedirectURIs, present.RedirectURIs)
	returns := withFirst(demo.PostLogoutRedirectURIs, present.PostLogoutRedirectURIs)
	audience := withFirst(demo.Audience, present.Audience)
	scopes := withFirst(demo.Scopes, present.Scopes)
	grants := withFirst(demo.GrantTypes, present.GrantTypes)
	if slices.Equal(redirects, present.RedirectURIs) && slices.Equal(returns, present.PostLogoutRedirectURIs) &&
		slices.Equal(audience, present.Audience) && slices.Equal(scopes, present.Scopes) && slices.Equal(grants, present.GrantTypes) {
		return nil
	}
	_, err = h.registry.Update(ctx, audit.BackgroundJob("demo"), demo.ID, func(c *client.Client) error {
		c.RedirectURIs = withFirst(demo.RedirectURIs, c.RedirectURIs)
		c.PostLogoutRedirectURIs = withFirst(demo.PostLogoutRedirectURIs, c.PostLogoutRedirectURIs)
		c.Audience = withFirst(demo.Audience, c.Audience)
		c.Scopes = withFirst(demo.Scopes, c.Scopes)
		c.GrantTypes = withFirst(demo.GrantTypes, c.GrantTypes)
		return nil
	})
	return err
}

// withFirst is first and then what else is in all: the page after a sign-out leads to the first URI.
func withFirst[T comparable](first, all []T) []T {
	return append(slices.Clone(first), slices.DeleteFunc(slices.Clone(all), func(one T) bool { return slices.Contains(first, one) })...)
}

// demoApplication signs users in with the demo clients.
func (e *environment) demoApplication(c config, set *pages.Set, log *slog.Logger) http.Handler {
	known := map[string]demo.Client{}
	for _, d := range demoClients(c) {
		known[d.ID] = demo.Client{ID: d.ID, Secret: d.secret}
	}
	return demo.New(demo.Config{
		Issuer: c.Issuer, Prefix: c.OAuthPrefix, Address: c.demoURL(),
		Web: known["demo-web"], Public: known["demo-spa"], Service: known["demo-service"],
		Pages: set, HTTP: &http.Client{Timeout: 10 * time.Second}, Random: e.random, Log: log,
	})
}

// welcome tells a newcomer what to open and what to try. Served tells whether the demo
// application is.
func welcome(w io.Writer, c config, served bool) {
	application := "open " + c.demoURL() + "/"
	switch {
	case !c.serveDemo():
		application = "not served: GATEHOUSE_DEMO_LISTEN is off"
	case !served:
		application = "not served: " + c.DemoListen + " is taken (GATEHOUSE_DEMO_LISTEN names another address)"
	}
	_, _ = fmt.Fprintf(w, `
Gatehouse is running in development mode, with demo data and public passwords.

  Open                %[1]s
  Discovery           %[1]s/.well-known/openid-configuration
  Sign in as          alice / wonderland, or admin / looking-glass

  Sign a person in    %[3]s
  Administer          %[1]s/admin (as admin)
  See each request    %[1]s/playground
  Mail and SMS        %[1]s/dev/outbox
  Programs to copy    make examples (in the repository, in another terminal)

  Get a token         curl -u demo-service:demo-service-secret-0123456789abcdef \
                           -d grant_type=client_credentials %[1]s%[2]s/token
  Look into it        curl -u demo-service:demo-service-secret-0123456789abcdef \
                           -d token=TOKEN %[1]s%[2]s/introspect

Stop with Ctrl-C.

`, c.Issuer, c.OAuthPrefix, application)
}

package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// resourceServer is an API with the middleware, in front of which no proxy stands.
type resourceServer struct {
	t        *testing.T
	verifier *resource.Verifier
	api      *httptest.Server
}

// issuerTransport sends requests for the issuer to where it listens, as its proxy would.
type issuerTransport struct {
	server *url.URL
	next   http.RoundTripper
}

func (to issuerTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = to.server.Scheme, to.server.Host
	return to.next.RoundTrip(r)
}

func (s *server) resourceServer(t *testing.T, change func(*resource.Options)) *resourceServer {
	t.Helper()
	to, err := url.Parse(s.url)
	require.NoError(t, err)
	o := resource.Options{Audience: []string{"invoices-api"}, HTTPClient: &http.Client{Transport: issuerTransport{to, http.DefaultTransport}}, KeysCooldown: time.Second}
	change(&o)
	v, err := resource.New(t.Context(), issuer, o)
	require.NoError(t, err)
	routes := http.NewServeMux()
	routes.Handle("/profile", v.Authenticate(http.HandlerFunc(whoami)))
	routes.Handle("/invoices", v.Require("invoices:read")(http.HandlerFunc(whoami)))
	routes.Handle("/transfer", v.With(resource.Requirement{ACR: []string{"1"}, MaxAge: time.Hour})(http.HandlerFunc(whoami)))
	routes.Handle("/vault", v.RequireACR("phr")(http.HandlerFunc(whoami)))
	api := httptest.NewServer(routes)
	t.Cleanup(api.Close)
	return &resourceServer{t, v, api}
}

func whoami(w http.ResponseWriter, r *http.Request) {
	p, _ := resource.FromContext(r.Context())
	_, _ = io.WriteString(w, p.ClientID)
}

// get returns the status, and the client or the challenge.
func (a *resourceServer) get(path, token string) (int, string) {
	a.t.Helper()
	r, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.api.URL+path, nil)
	require.NoError(a.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(a.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(a.t, err)
	if response.StatusCode == http.StatusOK {
		return response.StatusCode, string(body)
	}
	return response.StatusCode, response.Header.Get("WWW-Authenticate")
}

func (a *resourceServer) accepts(token string) bool {
	a.t.Helper()
	status, _ := a.get("/profile", token)
	return status == http.StatusOK
}

// An API with the middleware and its defaults, and what it must not take for an access token.
func TestResourceServerAcceptsAccessTokensForIt(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		api := s.client("invoices-api")
		a := s.resourceServer(t, func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: "invoices-api", ClientSecret: api, CacheFor: -1, CacheInactiveFor: -1}
		})
		service := []string{"--grant-type", "client_credentials", "--scope", "invoices:read", "--scope", "invoices:write", "--audience", "invoices-api"}
		opaque := s.client("batch", service...)
		signed := s.client("reports", append(service, "--access-token-format", "jwt")...)
		ask := func(id, secret, scope string) string {
			return s.token(id, secret, url.Values{"scope": {scope}, "audience": {"invoices-api"}})
		}
		tokens := map[string]string{"batch": ask("batch", opaque, "invoices:read"), "reports": ask("reports", signed, "invoices:read")}
		for id, token := range tokens {
			status, got := a.get("/invoices", token)
			assert.Equal(t, http.StatusOK, status, got)
			assert.Equal(t, id, got)
			p, err := a.verifier.Verify(t.Context(), token)
			require.NoError(t, err)
			assert.Equal(t, []string{"client_credentials", id, "invoices-api"}, []string{p.GrantType, p.Subject, p.Audience[0]})
			assert.NotEmpty(t, p.TokenID)
		}
		status, challenge := a.get("/invoices", ask("reports", signed, "invoices:write"))
		assert.Equal(t, http.StatusForbidden, status)
		assert.Contains(t, challenge, `error="insufficient_scope"`)
		for _, token := range tokens {
			status, _ = a.get("/transfer", token)
			assert.Equal(t, http.StatusUnauthorized, status, "no user was authenticated")
		}

		other := s.client("other", "--grant-type", "client_credentials", "--audience", "other-api", "--access-token-format", "jwt")
		hidden := s.client("hidden", "--grant-type", "client_credentials", "--audience", "other-api")
		assert.False(t, a.accepts(s.token("other", other, nil)), "a JWT for another API")
		assert.False(t, a.accepts(s.token("hidden", hidden, url.Values{"audience": {"other-api"}})), "a token for another API")

		s.command("token", "revoke", "--client", "batch", "--yes")
		assert.False(t, a.accepts(tokens["batch"]), "revoked")
		s.command("key", "rotate", "--in", "0s")
		time.Sleep(time.Second) // the cool-down
		s.soon(func() bool { return a.accepts(ask("reports", signed, "invoices:read")) }, "a token by the next key was refused")
		assert.True(t, a.accepts(tokens["reports"]), "by the former key")

		fresh := ask("batch", opaque, "invoices:read")
		s.kill()
		assert.True(t, a.accepts(tokens["reports"]), "without the provider, by the known keys")
		status, _ = a.get("/profile", fresh)
		assert.Equal(t, http.StatusServiceUnavailable, status)
	})
}

func TestResourceServerServesSignedInUsers(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		api := s.client("invoices-api")
		always := s.resourceServer(t, func(o *resource.Options) {
			o.Introspection = &resource.Introspection{ClientID: "invoices-api", ClientSecret: api, CacheFor: -1, CacheInactiveFor: -1, Always: true}
		})
		untyped := s.resourceServer(t, func(o *resource.Options) { o.AcceptJWTType, o.Audience = true, []string{"invoices-api", "shop"} })
		for _, format := range []string{"opaque", "jwt"} {
			id := "shop"
			if format == "jwt" {
				id = "signed-shop"
			}
			secret := s.client(id, "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback,
				"--scope", "openid profile offline_access invoices:read", "--audience", "invoices-api", "--access-token-format", format)
			u := s.userAgent(t)
			page := u.login(u.authorize(url.Values{"client_id": {id}, "scope": {"openid offline_access invoices:read"}, "audience": {"invoices-api"}}), "wonderland")
			if page = u.follow(page); page.status == http.StatusOK {
				page = u.agree(page, true)
			}
			got := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"authorization_code"}, "code": {returned(t, page).Get("code")}, "redirect_uri": {callback}})
			require.Equal(t, http.StatusOK, got.status, got.body)
			issued := got.json(t)
			access := issued["access_token"].(string)

			p, err := always.verifier.Verify(t.Context(), access)
			require.NoError(t, err)
			assert.Equal(t, claim(t, issued["id_token"].(string), "sub"), p.Subject)
			assert.Equal(t, id, p.ClientID)
			assert.True(t, p.Can("invoices:read"))
			assert.Empty(t, p.GrantType)
			assert.WithinDuration(t, time.Now(), p.AuthTime, time.Minute)
			status, client := always.get("/transfer", access)
			assert.Equal(t, http.StatusOK, status, client)
			status, challenge := always.get("/vault", access)
			assert.Equal(t, http.StatusUnauthorized, status)
			assert.Contains(t, challenge, `error="insufficient_user_authentication"`)
			assert.Contains(t, challenge, `acr_values="phr"`)
			for _, a := range []*resourceServer{always, untyped} {
				assert.False(t, a.accepts(issued["id_token"].(string)), "an ID token")
				assert.False(t, a.accepts(issued["refresh_token"].(string)), "a refresh token")
			}
			require.Equal(t, http.StatusOK, s.post("/oauth/revoke", id, secret, url.Values{"token": {access}}).status)
			assert.False(t, always.accepts(access), "revoked")
		}
	})
}

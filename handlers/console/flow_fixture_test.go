package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/itself"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

const callback = "/admin/try/callback"

// flowFixture is the console with the endpoints of the protocol beside it, which it reaches as in production.
type flowFixture struct {
	*fixture

	protocol *oauth.Provider
	secrets  *client.Secrets
	log      bytes.Buffer
	// answer replaces those of the endpoints; nil: none is replaced.
	answer *outbound.Reply
	self   *itself.Server
}

func (f *flowFixture) Do(ctx context.Context, method, path string, header http.Header, body string, maxBody int64) (outbound.Reply, error) {
	if f.answer != nil {
		return *f.answer, nil
	}
	return f.self.Do(ctx, method, path, header, body, maxBody)
}

func newFlowFixture(t *testing.T) *flowFixture {
	t.Helper()
	self, err := itself.New(issuer)
	require.NoError(t, err)
	f := &flowFixture{self: self}
	f.fixture = newFixture(t, func(c *console.Config) {
		c.Self, c.CodeLifetime, c.Random = f, time.Minute, rand.Reader
		c.Provider.UserInfo, c.Provider.Introspection, c.Provider.Revocation, c.Provider.Keys = issuer+"/oauth/userinfo", issuer+"/oauth/introspect", issuer+"/oauth/revoke", issuer+"/oauth/jwks"
	})
	clock := func() time.Time { return *f.now.Load() }
	ring, err := keyring.Open(t.Context(), f.store, nil, keyring.Secrets{Current: make([]byte, 32)}, clock, rand.Reader)
	require.NoError(t, err)
	f.secrets = client.NewSecrets(password.New(rand.Reader, 1), ring.Key(keyring.ClientSecret), rand.Reader)
	directory := client.NewDirectory(f.store, nil)
	imported := grant.NewImportedTokens(f.store, ring.Key(keyring.ImportedSecret))
	tokenHash := ring.Key(keyring.TokenHash)
	tokens := grant.NewIssuer(f.store, tokenHash, oauth.NewMinter(f.keys, f.store, f.answers.Subjects, issuer), (*event.Bus)(nil), f.gate, clock, rand.Reader, grant.DefaultLifetimes())
	f.protocol, err = oauth.New(oauth.Settings{Issuer: issuer, Paths: oauth.Paths{
		Authorization: "/oauth/authorize", Token: "/oauth/token", UserInfo: "/oauth/userinfo", JWKS: "/oauth/jwks", Introspection: "/oauth/introspect", Revocation: "/oauth/revoke",
	}}, oauth.Domain{
		Authenticator: oauth.NewAuthenticator(directory, f.secrets, client.NewUpgrades(f.secrets, f.store, directory, (*event.Bus)(nil)), oauth.NewAssertions(nil, f.secrets, f.store, clock, false, issuer), clock),
		Clients:       directory, Codes: grant.NewCodes(f.store, f.store, tokens), Refresh: grant.NewRefresher(f.store, f.store, tokens, ring.Key(keyring.RefreshSuccessor), imported), Issuer: tokens,
		Tokens:   grant.NewInspector(f.store, f.gate, tokenHash, f.keys, (*event.Bus)(nil), clock, 8*time.Hour, imported),
		IDTokens: oauth.NewIDTokens(f.keys, f.store, f.scopes, f.answers, issuer, clock, time.Hour), Users: f.store, Consents: f.store, Audit: f.gate,
		Scopes: f.scopes, Factors: factor.NewSessions(factor.Policy{}, f.store, clock), Transactions: f.store, Clock: clock,
	})
	require.NoError(t, err)
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	handler, err := handlers.New(handlers.Config{
		Issuer: issuer, Prefix: "/oauth", Routes: oauthhandlers.Config{Prefix: "/oauth", Provider: f.protocol, Keys: f.keys, Issuer: issuer}.Routes(),
		Guards: route.Guards{Bearer: oauthhandlers.Bearer(f.protocol)}, Pages: set, Records: f.records, Refusals: refusal.NewCatalogue(refusal.Limits{}), Origins: client.NewOrigins(f.store),
		Limiter: f.limiter, Policies: table, Clock: clock, Random: rand.Reader, Log: slog.New(slog.NewJSONHandler(&f.log, nil)),
	})
	require.NoError(t, err)
	self.Serve(handler)
	return f
}

// application registers a client, and returns its secret.
func (f *flowFixture) application(c *client.Client) string {
	f.t.Helper()
	if c.Scopes == nil {
		c.Scopes, c.DefaultScopes = []string{"openid", "email", "offline_access"}, []string{"openid"}
	}
	if c.RedirectURIs == nil && c.MayUse(client.AuthorizationCode) {
		c.RedirectURIs = []string{"https://app.example/cb"}
	}
	c.FirstParty = true
	secret, err := f.clients.Create(f.t.Context(), audit.BackgroundJob("test"), c, "")
	require.NoError(f.t, err)
	return secret
}

// admin is a browser of an administrator.
func (f *flowFixture) admin(name string) *browser { return f.signIn(f.user(name, account.RoleAdmin)) }

// start begins a run, and returns the address of the authorization request.
func (f *flowFixture) start(b *browser, id string, form url.Values) *url.URL {
	f.t.Helper()
	w := b.post("/admin/clients/"+id+"/try/start", form)
	require.Equal(f.t, http.StatusOK, w.Code, w.Body)
	address, err := url.Parse(html.UnescapeString(part(f.t, w.Body.String(), `id="flow-go" href="`, `"`)))
	require.NoError(f.t, err)
	return address
}

// authorize is what the authorization endpoint answers to the user who is signed in: the query for the callback.
func (f *flowFixture) authorize(b *browser, asked *url.URL) url.Values {
	f.t.Helper()
	s, err := b.web.Current(b.request(http.MethodGet, "/", http.NoBody))
	require.NoError(f.t, err)
	request, err := f.protocol.Check(f.t.Context(), oauth.Parameters{Form: asked.Query()})
	require.NoError(f.t, err)
	answer, err := f.protocol.Approve(f.t.Context(), oauth.Flow{ID: provider.NewID(*f.now.Load(), rand.Reader), StartedAt: *f.now.Load(), Request: request}, s, oauth.NotAsked)
	require.NoError(f.t, err)
	answer.Set("state", asked.Query().Get("state")) // as the endpoint does
	answer.Set("iss", issuer)
	return answer
}

// response is the page with an authorization response.
func (f *flowFixture) response(b *browser, query url.Values) string {
	f.t.Helper()
	w := b.get(callback + "?" + query.Encode())
	require.Equal(f.t, http.StatusSeeOther, w.Code, w.Body)
	assert.Equal(f.t, "/admin/try/response", w.Header().Get("Location"), "nothing of it is in the address")
	return b.get("/admin/try/response").Body.String()
}

// part is the text between two others.
func part(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	require.True(t, found, "%s in %s", before, text)
	value, _, _ := strings.Cut(rest, after)
	return value
}

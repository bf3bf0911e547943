package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

const registration = "/admin/clients/shop/registration"

// everything is a client with a value for every property of the form.
func everything(c *client.Client) {
	c.Type, c.AuthMethod, c.AuthMethodPinned = client.Native, client.PrivateKeyJWT, true
	c.URI, c.LogoURI, c.PolicyURI, c.TOSURI = "https://a.example/", "https://a.example/l.png", "https://a.example/p", "https://a.example/t"
	c.Contacts, c.PostLogoutRedirectURIs = []string{"Jo Doe", "ops@a.example"}, []string{"com.example.app://out", "cursor://out"}
	c.Scopes, c.DefaultScopes, c.Audience = []string{"openid", "a", "b"}, []string{"a"}, []string{"https://api.a.example", "two"}
	c.TokenFormat, c.AccessTokenAlg, c.AccessTokenTyp, c.IDTokenAlg = client.JWT, "PS256", client.TypeJWT, "EdDSA"
	c.AccessTokenLifetime, c.IDTokenLifetime, c.RefreshTokenIdle, c.RefreshTokenLifetime = 90*time.Second, 8*time.Hour, 30*24*time.Hour, 36*time.Hour
	c.RefreshTokenRotation, c.RateLimit, c.JWKSURI, c.AuthSigningAlg = client.Reuse, 42, "https://a.example/jwks", "ES256"
	c.GrantTypes = []client.GrantType{client.ClientCredentials, client.AuthorizationCode, client.RefreshToken}
	c.RequiredACR, c.AssertionIssuerOnly, c.RequirePKCE, c.AllowPlainPKCE, c.AllowUndottedScheme = "phr", true, true, true, true
	c.FirstParty, c.MayIntrospect, c.IDTokenClaims = true, true, true
}

// Who saves a form as it is changes nothing, whatever the client has.
func TestRegistrationFormHasEveryValue(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", everything)
	before := f.client("shop")
	page := b.get(registration).Body.String()
	assert.Contains(t, b.done(b.post(registration, filled(page))), "is saved")
	assert.Equal(t, before, f.client("shop"))
	records, err := f.store.Records(t.Context(), audit.Filter{ClientID: "shop", Action: audit.ClientUpdate}, 5)
	require.NoError(t, err)
	assert.Empty(t, records)
}

func TestRegistrationIsChanged(t *testing.T) {
	f := newFixture(t, nil)
	admin := f.user("root", account.RoleAdmin)
	b := f.signIn(admin)
	f.registered("shop", nil)
	form := filled(b.get(registration).Body.String())
	form.Set("client_name", "Better shop")
	form.Set("redirect_uris", "https://app.example.com/cb\r\nhttps://app.example.com/cb2\r\n")
	form.Set("access_token_lifetime", "2d")
	form.Set("refresh_token_idle", " 15m ")
	form.Set("scopes", "openid,  new:scope")
	form.Set("new_scopes", "new:scope")
	form.Set("contacts", "Jo Doe, ops@a.example")
	form.Set("auth_method", "client_secret_post")
	form.Set("rate_limit", "7")
	form.Set("require_pkce", "true")
	form["grant_types"] = []string{"authorization_code", "refresh_token"}
	w := b.post(registration, form)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code, "an access token lives for a day at most")
	assert.Contains(t, w.Body.String(), "must be whole seconds between 0")
	assert.Contains(t, w.Body.String(), `<details class="group" open>`)
	assert.Contains(t, w.Body.String(), `value="2d"`)
	assert.Equal(t, "App shop", f.client("shop").Name)
	form.Set("access_token_lifetime", "1d")
	assert.Contains(t, b.done(b.post(registration, form)), "Better shop is saved")
	c := f.client("shop")
	assert.Equal(t, "Better shop", c.Name)
	assert.Equal(t, []string{"https://app.example.com/cb", "https://app.example.com/cb2"}, c.RedirectURIs)
	assert.Equal(t, []time.Duration{24 * time.Hour, 15 * time.Minute}, []time.Duration{c.AccessTokenLifetime, c.RefreshTokenIdle})
	assert.Equal(t, []string{"openid", "new:scope"}, c.Scopes)
	assert.Equal(t, []string{"Jo Doe", "ops@a.example"}, c.Contacts)
	assert.Equal(t, client.SecretPost, c.AuthMethod)
	assert.True(t, c.AuthMethodPinned)
	assert.Equal(t, 7, c.RateLimit)
	assert.True(t, c.RequirePKCE)
	assert.Equal(t, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, c.GrantTypes)
	records, err := f.store.Records(t.Context(), audit.Filter{ClientID: "shop", Action: audit.ClientUpdate}, 5)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, admin.ID.String(), records[0].Actor.ID)
}

func TestNumbersAndDurationsThatAreNone(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	form := filled(b.get(registration).Body.String())
	form.Set("access_token_lifetime", "soon")
	form.Set("id_token_lifetime", "-1d")
	form.Set("rate_limit", "many")
	w := b.post(registration, form)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	for _, text := range []string{`id="access_token_lifetime-fault">This must be a duration`, `id="id_token_lifetime-fault">This must be a duration`, `id="rate_limit-fault">This must be a whole number`, `value="soon"`} {
		assert.Contains(t, w.Body.String(), text)
	}
}

// Of two administrators, the second sees what the first changed, and neither loses anything.
func TestStaleRegistrationShowsWhatChanged(t *testing.T) {
	f := newFixture(t, nil)
	first, second := f.signIn(f.user("root", account.RoleAdmin)), f.signIn(f.user("other", account.RoleAdmin))
	f.registered("shop", nil)
	form := filled(second.get(registration).Body.String())
	theirs := filled(first.get(registration).Body.String())
	theirs.Set("client_name", "Theirs")
	theirs.Set("client_uri", "https://theirs.example")
	theirs.Set("require_pkce", "true")
	later := f.now.Load().Add(time.Microsecond)
	f.now.Store(&later)
	first.done(first.post(registration, theirs))

	form.Set("client_name", "Mine")
	form.Set("policy_uri", "https://mine.example")
	w := second.post(registration, form)
	require.Equal(t, http.StatusConflict, w.Code)
	page := w.Body.String()
	assert.Contains(t, page, "Somebody else has changed this since you opened the form")
	assert.Contains(t, page, "The other changes are in the form already")
	assert.Contains(t, page, `id="client_name-stored">Stored in the meantime: <code>Theirs</code>`)
	assert.NotContains(t, page, `id="client_uri-stored"`)
	assert.Equal(t, "Theirs", f.client("shop").Name)

	merged := filled(page)
	assert.Equal(t, []string{"Mine", "https://theirs.example", "https://mine.example", "true"},
		[]string{merged.Get("client_name"), merged.Get("client_uri"), merged.Get("policy_uri"), merged.Get("require_pkce")})
	second.done(second.post(registration, merged))
	c := f.client("shop")
	assert.Equal(t, []string{"Mine", "https://theirs.example", "https://mine.example"}, []string{c.Name, c.URI, c.PolicyURI})
	assert.True(t, c.RequirePKCE)
}

// A form that names no version is not one of ours: it may have been made from anything.
func TestRegistrationWithoutAVersionIsStale(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	w := b.post(registration, url.Values{"client_name": {"x"}, "base": {"no json"}})
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Equal(t, "App shop", f.client("shop").Name)
}

// overtaken makes a change of somebody else just before a transaction.
type overtaken struct {
	together

	once func()
}

type together interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

func (o *overtaken) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if once := o.once; once != nil {
		o.once = nil
		once()
	}
	return o.together.InTx(ctx, fn)
}

// Of two forms that are sent at once one is stale, although neither was when it arrived.
func TestRegistrationsRace(t *testing.T) {
	o := &overtaken{}
	var registry *client.Registry
	f := newFixture(t, func(c *console.Config) {
		registry = c.Registry.(*client.Registry) //nolint:forcetypeassert // that of the fixture
		o.together, c.Together = c.Together, o
	})
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	form := filled(b.get(registration).Body.String())
	form.Set("client_name", "Mine")
	o.once = func() {
		later := f.now.Load().Add(time.Microsecond)
		f.now.Store(&later)
		_, err := registry.Update(t.Context(), audit.Actor{Kind: audit.Job, ID: "test", Scopes: audit.AllScopes()}, "shop", func(c *client.Client) error { c.Name = "Theirs"; return nil })
		require.NoError(t, err)
	}
	w := b.post(registration, form)
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "Stored in the meantime: <code>Theirs</code>")
	assert.Equal(t, "Theirs", f.client("shop").Name)
	assert.Contains(t, b.done(b.post(registration, filled(w.Body.String()))), "Mine is saved")
}

// The form has everything twice, encoded: it is larger than what other forms may be.
func TestRegistrationMayHaveALargeKeySet(t *testing.T) {
	var pages *console.Console
	f := newFixture(t, func(c *console.Config) {
		var err error
		pages, err = console.New(*c)
		require.NoError(t, err)
	})
	f.registered("shop", nil)
	key := `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig","kid":"%s"}`
	set := `{"keys":[` + fmt.Sprintf(key, strings.Repeat(`\"`, 30_000)) + `]}`
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := filled(b.get(registration).Body.String())
	form.Set("jwks", set)
	b.done(b.post(registration, form))
	assert.Equal(t, set, f.client("shop").JWKS)
	form = filled(b.get(registration).Body.String())
	for _, line := range pages.Routes() {
		if line.Name == "console client registration" {
			assert.Greater(t, line.MaxBody, int64(len(form.Encode())))
			return
		}
	}
	assert.Fail(t, "there is no such route")
}

// A client that becomes public loses its secrets for good, which is asked first; the form goes along.
func TestSecretsAreNotLostByMistake(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("shop", nil)
	form := filled(b.get(registration).Body.String())
	form.Set("auth_method", "none")
	form.Set("client_name", "Public shop")
	form.Set("redirect_uris", "https://app.example.com/cb\r\nhttps://app.example.com/cb2")
	asked := b.post(registration, form)
	assert.Equal(t, http.StatusOK, asked.Code)
	assert.Contains(t, asked.Body.String(), "Remove its secrets?")
	assert.Len(t, f.client("shop").Secrets, 1)
	b.done(b.post(registration, filled(asked.Body.String())))
	c := f.client("shop")
	assert.True(t, c.Public())
	assert.Empty(t, c.Secrets)
	assert.Equal(t, "Public shop", c.Name)
	assert.Equal(t, []string{"https://app.example.com/cb", "https://app.example.com/cb2"}, c.RedirectURIs)
}

package oauth_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// having is the session of a user with the kinds of factors, who gave the methods.
func having(s *session.Session, factors []string, methods ...string) *session.Session {
	changed, user := *s, *s.User
	user.Factors = factors
	changed.User, changed.Proofs.Methods = &user, methods
	return &changed
}

func TestAWeakSessionIsSteppedUp(t *testing.T) {
	h := newFixture(t)
	h.client(client.Client{ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback}, Scopes: []string{"openid"}, FirstParty: true})
	s := h.person("alice")
	h.advance(time.Second)
	none, code, key := []string(nil), []string{factor.TOTP}, []string{factor.Passkey}
	password := []string{"pwd"}
	two, strong := []string{"pwd", "otp", "mfa"}, []string{"pop", "user", "mfa"}
	essential := func(class string) url.Values {
		return url.Values{"claims": {`{"id_token":{"acr":{"essential":true,"value":"` + class + `"}}}`}}
	}
	with := func(claim url.Values, classes string) url.Values {
		claim.Set("acr_values", classes)
		return claim
	}
	for name, tc := range map[string]struct {
		asked   url.Values
		factors []string
		methods []string
		want    oauth.Step
	}{
		"nothing is asked for":                {nil, none, password, oauth.Approve},
		"a password will do":                  {url.Values{"acr_values": {"phr 1"}}, none, password, oauth.Approve},
		"there is a factor since":             {nil, code, password, oauth.Prove},
		"no less than what there is":          {url.Values{"acr_values": {"1"}}, code, password, oauth.Prove},
		"two factors, one given":              {url.Values{"acr_values": {"2"}}, code, password, oauth.Prove},
		"a remembered browser is no factor":   {url.Values{"acr_values": {"2"}}, code, []string{"pwd", "remembered"}, oauth.Prove},
		"two factors given":                   {url.Values{"acr_values": {"2"}}, code, two, oauth.Approve},
		"a stronger one given":                {url.Values{"acr_values": {"2"}}, key, strong, oauth.Approve},
		"there is none yet":                   {url.Values{"acr_values": {"2"}}, none, password, oauth.SetUp},
		"a weaker one goes before a new one":  {url.Values{"acr_values": {"phr"}}, code, password, oauth.Prove},
		"the weaker one is given":             {url.Values{"acr_values": {"phr"}}, code, two, oauth.SetUp},
		"a passkey is asked for":              {url.Values{"acr_values": {"phr"}}, key, password, oauth.Prove},
		"a class that is not known":           {url.Values{"acr_values": {"urn:mace:incommon:iap:silver"}}, none, password, oauth.Approve},
		"a class that is not offered":         {url.Values{"acr_values": {"phrh"}}, none, password, oauth.Approve},
		"the claim, essential":                {essential("2"), code, password, oauth.Prove},
		"the claim, as a wish":                {url.Values{"claims": {`{"id_token":{"acr":{"values":["2","phr"]}}}`}}, code, password, oauth.Prove},
		"a sign-in for max_age goes first":    {url.Values{"acr_values": {"2"}, "max_age": {"0"}}, code, password, oauth.SignIn},
		"prompt=login goes first":             {url.Values{"acr_values": {"2"}, "prompt": {"login"}}, code, two, oauth.SignIn},
		"both wishes, of which one will do":   {url.Values{"acr_values": {"phr"}, "claims": {`{"id_token":{"acr":{"value":"2"}}}`}}, code, two, oauth.Approve},
		"two factors, of which one is a code": {url.Values{"acr_values": {"2"}}, key, two, oauth.Approve},
		"acr_values, less than the claim":     {with(essential("2"), "1"), none, password, oauth.SetUp},
		"acr_values, more than the claim":     {with(essential("1"), "2"), none, password, oauth.Approve},
	} {
		t.Run(name, func(t *testing.T) {
			f := h.flow(tc.asked)
			step, err := h.provider.Next(t.Context(), f, having(s, tc.factors, tc.methods...))
			require.NoError(t, err)
			assert.Equal(t, tc.want, step)
		})
	}
	_, err := h.provider.Next(t.Context(), h.flow(url.Values{"acr_values": {"2"}, "prompt": {"none"}}), having(s, code, password...))
	assertRefused(t, err, "login_required")
	_, err = h.provider.CheckForm(t.Context(), h.params(essential("phrh")))
	assertRefused(t, err, "unmet_authentication_requirements")
	for _, asked := range []url.Values{essential("gold"), with(essential("gold"), "1")} {
		_, err = h.provider.CheckForm(t.Context(), h.params(asked))
		assertRefused(t, err, "unmet_authentication_requirements")
	}
}

// Who got a role of which a factor is demanded, or whose time of grace is over, has a session from before.
func TestAPolicyReachesTheSessionsThatThereAre(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := having(h.person("alice"), nil, "pwd")
	s.User.Roles = []string{"guarded"}
	step, err := h.provider.Next(t.Context(), h.flow(nil), s)
	require.NoError(t, err)
	assert.Equal(t, oauth.SetUp, step)
	_, err = h.provider.Next(t.Context(), h.flow(url.Values{"prompt": {"none"}}), s)
	assertRefused(t, err, "login_required")
}

// Who finds a browser in which somebody is signed in must not give the account a factor.
func TestAFactorIsSetUpRightAfterASignIn(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := h.person("alice")
	h.advance(5*time.Minute + time.Second)
	step, err := h.provider.Next(t.Context(), h.flow(url.Values{"acr_values": {"2"}}), s)
	require.NoError(t, err)
	assert.Equal(t, oauth.SignIn, step)
}

func TestAClientCanDemandAClass(t *testing.T) {
	h := newFixture(t)
	c := client.Client{ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback}, Scopes: []string{"openid"}, FirstParty: true, RequiredACR: "2"}
	h.client(c)
	c.ID, c.RequiredACR = "vault", "phrh"
	h.client(c)
	s := having(h.person("alice"), []string{factor.TOTP}, "pwd")
	for _, asked := range []url.Values{nil, {"acr_values": {"1"}}} {
		step, err := h.provider.Next(t.Context(), h.flow(asked), s)
		require.NoError(t, err)
		assert.Equal(t, oauth.Prove, step, "a request cannot ask for less: %v", asked)
	}
	f := h.flow(url.Values{"client_id": {"vault"}})
	_, err := h.provider.Next(t.Context(), f, s)
	assertRefused(t, err, "unmet_authentication_requirements")
}

// A resource server may compare the text of the class that it asked for (RFC 9470 section 3).
func TestTokensNameTheClassThatWasAskedFor(t *testing.T) {
	h := newFixture(t)
	secret := h.app("ES256")
	s := having(h.person("alice"), []string{factor.Passkey}, "pop", "user", "mfa")
	for class, asked := range map[string]url.Values{
		"phr": nil, "2": {"acr_values": {"2"}},
		"1": {"acr_values": {"2"}, "claims": {`{"id_token":{"acr":{"essential":true,"value":"1"}}}`}},
	} {
		code, err := h.approve(t.Context(), h.flow(asked), s, false)
		require.NoError(t, err)
		answer, err := h.exchange(secret, code)
		require.NoError(t, err)
		claims := claimsOf(t, answer.Parameters["id_token"])
		assert.Equal(t, class, claims["acr"])
		assert.Equal(t, []any{"pop", "user", "mfa"}, claims["amr"])
		seen, err := h.provider.Introspect(t.Context(), basic("app", secret, url.Values{"token": {answer.Parameters["access_token"].(string)}}))
		require.NoError(t, err)
		assert.Equal(t, class, seen.ACR)
	}
}

// What a client demands by its registration is named also to a request that asks for less, but for one that takes nothing
// else.
func TestTokensNameTheClassThatTheClientDemands(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{
		ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{callback}, Scopes: []string{"openid"}, RequiredACR: "2", IDTokenAlg: "ES256",
	})
	s := having(h.person("alice"), []string{factor.Passkey}, "pop", "user", "mfa")
	essential := url.Values{"claims": {`{"id_token":{"acr":{"essential":true,"value":"1"}}}`}}
	for _, tc := range []struct {
		asked url.Values
		class string
	}{
		{nil, "phr"}, {url.Values{"acr_values": {"1"}}, "2"}, {url.Values{"acr_values": {"phr 1"}}, "phr"}, {essential, "1"},
	} {
		code, err := h.approve(t.Context(), h.flow(tc.asked), s, false)
		require.NoError(t, err)
		answer, err := h.exchange(secret, code)
		require.NoError(t, err)
		assert.Equal(t, tc.class, claimsOf(t, answer.Parameters["id_token"])["acr"], tc.asked)
	}
}

// Who has a session of an account that is to be deleted decides about that first, whatever the request asks for.
func TestAnAccountToBeDeletedIsKeptFirst(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := h.person("alice")
	at := h.now.Load().Add(time.Hour)
	s.User.DeleteAt = &at
	h.advance(time.Second)
	for _, asked := range []url.Values{nil, {"acr_values": {"2"}}, {"prompt": {"consent"}}} {
		step, err := h.provider.Next(t.Context(), h.flow(asked), s)
		require.NoError(t, err)
		assert.Equal(t, oauth.Keep, step, "%v", asked)
	}
	step, err := h.provider.Next(t.Context(), h.flow(url.Values{"prompt": {"login"}}), s)
	require.NoError(t, err)
	assert.Equal(t, oauth.SignIn, step)
	_, err = h.provider.Next(t.Context(), h.flow(url.Values{"prompt": {"none"}}), s)
	assert.Equal(t, refusal.CheckDeletion, assertRefused(t, err, "login_required").Check)
}

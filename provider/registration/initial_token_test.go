package registration_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

func (f *fixture) token(t registration.InitialToken) string {
	f.t.Helper()
	_, text, err := f.tokens.Create(f.t.Context(), f.operator(), t, time.Hour)
	require.NoError(f.t, err)
	return text
}

func TestRegistrationByInitialAccessToken(t *testing.T) {
	f := newFixture(t)
	f.settings.Mode = registration.WithToken
	text := f.token(registration.InitialToken{Label: "Partner", Scopes: []string{"openid", "orders"}, Hosts: []string{"Partner.example"}, Audience: []string{"https://orders.example"}, MaxUses: 1})
	in := func(bearer string, changes map[string]any) registration.Request {
		return registration.Request{Bearer: bearer, Body: body(changes)}
	}
	theirs := map[string]any{"redirect_uris": []string{"https://partner.example/cb"}}
	for name, bearer := range map[string]string{"none": "", "nonsense": "x", "of a registration": "gh_ra_" + strings.Repeat("A", 70), "altered": altered(text)} {
		_, err := f.registry().Register(t.Context(), in(bearer, theirs))
		r := f.refused(err)
		assert.Equal(t, refusal.CheckInitialToken, r.Check, name)
		assert.Equal(t, 401, r.HTTPStatus(), name)
		assert.Contains(t, r.Challenge, "Bearer ")
	}
	for _, name := range []string{"initiate_login_uri", "backchannel_logout_uri", "frontchannel_logout_uri", "post_logout_redirect_uris"} {
		var elsewhere any = "https://other.example/"
		if name == "post_logout_redirect_uris" {
			elsewhere = []any{"https://partner.example/", elsewhere}
		}
		_, err := f.registry().Register(t.Context(), in(text, map[string]any{"redirect_uris": theirs["redirect_uris"], name: elsewhere}))
		assert.Contains(t, f.refused(err).Description, name)
	}
	for _, uri := range []string{"https://other.example/cb", "https://partner.example.evil.example/", "https://sub.partner.example/", "http://127.0.0.1/"} {
		_, err := f.registry().Register(t.Context(), in(text, map[string]any{"redirect_uris": []string{uri}}))
		assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code, uri)
	}
	made, err := f.registry().Register(t.Context(), in(text, theirs))
	require.NoError(t, err)
	assert.Equal(t, []string{"openid", "orders"}, made.Client.Scopes)
	assert.Equal(t, []string{"https://orders.example"}, made.Client.Audience)
	assert.Equal(t, client.Unverified, made.Client.Trust)
	kept, err := f.store.Registration(t.Context(), made.Client.ID)
	require.NoError(t, err)
	assert.Nil(t, kept.DueAt, "it stays")
	_, err = f.registry().Register(t.Context(), in(text, theirs))
	assert.Equal(t, refusal.CheckInitialToken, f.refused(err).Check, "used up")

	f.advance(2 * time.Hour) // its terms hold for an update all the same
	_, err = f.update(made, made.Token, map[string]any{"redirect_uris": []string{"https://other.example/cb"}})
	assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code)
	_, err = f.update(made, made.Token, map[string]any{"redirect_uris": []string{"https://partner.example/2"}})
	require.NoError(t, err)
}

func TestAnInitialTokenEnds(t *testing.T) {
	f := newFixture(t)
	register := func(text string) error {
		_, err := f.registry().Register(t.Context(), registration.Request{Bearer: text, Body: body(nil)})
		return err
	}
	expires := f.token(registration.InitialToken{})
	f.advance(time.Second)
	revoked := f.token(registration.InitialToken{})
	require.NoError(t, register(expires))
	require.NoError(t, register(expires), "any number")
	list, err := f.tokens.List(t.Context(), provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, 2, list[0].Used)
	require.NoError(t, f.tokens.Revoke(t.Context(), f.operator(), list[1].ID))
	require.ErrorIs(t, f.tokens.Revoke(t.Context(), f.operator(), list[1].ID), provider.ErrNotFound)
	assert.Equal(t, 401, f.refused(register(revoked)).HTTPStatus())
	f.advance(time.Hour)
	assert.Equal(t, 401, f.refused(register(expires)).HTTPStatus(), "also where no token is needed")
}

// Of any number of clients at once no more register than the token lets.
func TestUsesOfOneTokenAtOnce(t *testing.T) {
	f := newFixture(t)
	text := f.token(registration.InitialToken{MaxUses: 3})
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := f.registry().Register(t.Context(), registration.Request{Bearer: text, Body: body(nil)})
			if err == nil {
				made.Add(1)
				return
			}
			assert.Equal(t, 401, f.refused(err).HTTPStatus())
		})
	}
	wg.Wait()
	assert.EqualValues(t, 3, made.Load())
	clients, err := f.store.FindClients(t.Context(), client.Filter{Trust: client.Unverified}, 20)
	require.NoError(t, err)
	assert.Len(t, clients, 3)
}

// A registration that fails uses nothing up.
func TestARefusedRegistrationCountsNoUse(t *testing.T) {
	f := newFixture(t)
	text := f.token(registration.InitialToken{MaxUses: 1, Vouches: true})
	_, err := f.registry().Register(t.Context(), registration.Request{Bearer: text, Body: body(map[string]any{"redirect_uris": []string{"http://a.example/"}})})
	require.Error(t, err)
	made, err := f.registry().Register(t.Context(), registration.Request{Bearer: text, Body: body(nil)})
	require.NoError(t, err)
	assert.Equal(t, client.Verified, made.Client.Trust, "the token vouches")
}

func TestInitialTokensAreAdministrativeActs(t *testing.T) {
	f := newFixture(t)
	reader := audit.Actor{Kind: audit.ClientActor, ID: "reader", Scopes: []string{audit.ReadScope("clients")}}
	_, _, err := f.tokens.Create(t.Context(), reader, registration.InitialToken{}, time.Hour)
	require.ErrorIs(t, err, audit.ErrForbidden)
	made, text, err := f.tokens.Create(t.Context(), audit.Actor{Kind: audit.ClientActor, ID: "writer", Scopes: []string{audit.WriteScope("clients")}}, registration.InitialToken{Label: "x"}, time.Hour)
	require.NoError(t, err)
	require.ErrorIs(t, f.tokens.Revoke(t.Context(), reader, made.ID), audit.ErrForbidden)
	assert.NotContains(t, string(made.Hash), text)
	records, err := f.store.Records(t.Context(), audit.Filter{}, 10)
	require.NoError(t, err)
	assert.Equal(t, audit.InitialTokenCreate, records[0].Action)
	for name, bad := range map[string]registration.InitialToken{
		"management": {Scopes: []string{"gatehouse:users:read"}}, "no scope": {Scopes: []string{"a b"}}, "no host": {Hosts: []string{"https://a.example"}}, "negative": {MaxUses: -1},
		"label": {Label: strings.Repeat("x", 201)}, "control": {Label: "a\x1b[31m"}, "audience": {Audience: []string{"a b"}}, "many": {Hosts: make([]string, 51)},
	} {
		_, _, err := f.tokens.Create(t.Context(), f.operator(), bad, time.Hour)
		var invalid *client.Invalid
		require.ErrorAs(t, err, &invalid, name)
	}
	for _, lifetime := range []time.Duration{time.Second, -time.Hour, registration.MaxLifetime + time.Hour} {
		_, _, err := f.tokens.Create(t.Context(), f.operator(), registration.InitialToken{}, lifetime)
		assert.Error(t, err)
	}
}

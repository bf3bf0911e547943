package oauth_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// What is foreseen is what happens: 200 requests of all kinds, first foreseen and then made.
func TestForeseenIsWhatHappens(t *testing.T) {
	h := newFixture(t)
	random := mathrand.New(mathrand.NewPCG(7, 11))
	for name, claims := range map[string][]string{"own:staff": {"email", "roles"}, "own:plain": nil, "own:name": {"name", "locale"}} {
		_, err := consent.NewCatalogue(h.store, h.gate, h.domain.Clock).Create(t.Context(), audittest.Operator(), consent.Scope{Name: name, Claims: claims})
		require.NoError(t, err)
	}
	require.NoError(t, h.scopes.Learn(t.Context()))
	some := func(of ...string) (list []string) {
		for _, one := range of {
			if random.IntN(3) > 0 {
				list = append(list, one)
			}
		}
		return list
	}
	all := []string{"openid", "profile", "email", "phone", "address", "roles", "groups", "offline_access", "own:staff", "own:plain", "own:name"}
	apps, secrets := []client.Client{}, []string{}
	for i := range 12 {
		c := client.Client{
			ID: fmt.Sprintf("app-%02d", i), Name: "App", GrantTypes: []client.GrantType{client.AuthorizationCode, client.RefreshToken}[:1+i%2],
			RedirectURIs: []string{callback}, Scopes: append([]string{"openid"}, some(all[1:]...)...), IDTokenAlg: "ES256", IDTokenClaims: i%3 == 0, FirstParty: i%4 == 1,
		}
		if i == 7 {
			c.RequiredACR = acr.TwoFactors
		}
		apps, secrets = append(apps, c), append(secrets, h.client(c))
	}
	sessions := make([]*session.Session, 8)
	for i := range sessions {
		u := &account.User{Username: fmt.Sprintf("user-%d", i), Profile: account.Profile{Name: "Ada", Locale: "en"}, Roles: some("guarded", "editor")}
		if i%2 == 0 {
			u.Email, u.EmailVerified, u.Phone, u.Profile.Address = fmt.Sprintf("user-%d@example.com", i), true, "+442071838750", &account.Address{Country: "GB"}
		}
		require.NoError(t, h.users.Create(t.Context(), audittest.Operator(), u, ""))
		switch i {
		case 3, 6: // who asked for that, and can still sign in to keep the account
			later := h.now.Load().Add(time.Hour)
			u.DeleteAt = &later
			require.NoError(t, h.store.SetDeletion(t.Context(), u.ID, &later))
		case 5:
			u.Factors = []string{factor.TOTP}
		}
		var err error
		sessions[i], _, err = h.sessions.Begin(t.Context(), session.Start{User: u, Methods: []string{"pwd"}}, nil)
		require.NoError(t, err)
	}
	_, err := h.registry.Update(t.Context(), audittest.Operator(), "app-10", func(c *client.Client) error { c.Disabled = true; return nil })
	require.NoError(t, err)
	require.NoError(t, h.registry.AllowUser(t.Context(), audittest.Operator(), "app-04", sessions[1].User.ID))
	require.NoError(t, h.registry.AllowGroup(t.Context(), audittest.Operator(), "app-05", "editor"))
	require.NoError(t, h.directory.Flush(t.Context()))

	seen := map[string]int{}
	for n := range 200 {
		at, s := random.IntN(len(apps)), sessions[random.IntN(len(sessions))]
		asked := some(all...)
		if random.IntN(8) > 0 { // most ask for what they may have
			asked = slices.DeleteFunc(asked, func(scope string) bool { return !slices.Contains(apps[at].Scopes, scope) })
		}
		form := h.params(url.Values{"client_id": {apps[at].ID}, "scope": {strings.Join(asked, " ")}})
		if random.IntN(6) == 0 {
			form.Set("prompt", "consent")
		}
		switch random.IntN(12) {
		case 0:
			form.Set("acr_values", acr.PhishingResistant)
		case 1:
			form.Set("claims", `{"id_token":{"acr":{"essential":true,"value":"`+acr.TwoFactors+`"}}}`)
		case 2:
			form.Set("prompt", "none")
		}
		if random.IntN(10) == 0 {
			form.Set("redirect_uri", "https://evil.example")
		}
		name := fmt.Sprintf("%d: %s as %s with %q", n, apps[at].ID, s.User.Username, form.Get("scope"))
		o, err := h.provider.Foresee(t.Context(), form, s.User, s.Proofs.Methods)
		require.NoError(t, err, name)
		step, claims, inToken, refused := h.happens(form, s, apps[at].ID, secrets[at], random.IntN(2) == 0)
		if refused != nil {
			require.NotNil(t, o.Refused, name)
			assert.Equal(t, []any{refused.Code, refused.Check, refused.Description}, []any{o.Refused.Code, o.Refused.Check, o.Refused.Description}, name)
			seen["refused "+string(refused.Check)]++
			continue
		}
		require.Nil(t, o.Refused, name)
		require.Equal(t, step, o.Step, name)
		seen[fmt.Sprintf("step %d %s", step, o.Why)]++
		if step != oauth.Consent && step != oauth.Approve {
			continue
		}
		assert.Equal(t, step == oauth.Consent, slices.Contains([]oauth.Reason{oauth.AskedFor, oauth.EachTime, oauth.NotRemembered}, o.Why), name)
		assert.Equal(t, claims, o.UserInfo, name)
		text, err := json.Marshal(o.IDToken)
		require.NoError(t, err)
		foreseen := map[string]any{}
		require.NoError(t, json.Unmarshal(text, &foreseen))
		for _, claim := range consent.Claims() {
			assert.Equal(t, inToken[claim], foreseen[claim], "%s: %s in the ID token", name, claim)
			if _, is := o.UserInfo[claim]; is {
				assert.NotEmpty(t, o.Releases[claim], "%s: %s", name, claim)
			}
		}
	}
	assert.GreaterOrEqual(t, len(seen), 8, "cases of all kinds: %v", slices.Sorted(maps.Keys(seen)))
	for _, step := range []oauth.Step{oauth.Prove, oauth.SetUp, oauth.Keep, oauth.Consent, oauth.Approve} {
		assert.Contains(t, strings.Join(slices.Collect(maps.Keys(seen)), "\n"), fmt.Sprintf("step %d ", step), "of each step")
	}
	for _, check := range []refusal.Check{refusal.CheckUserOfClient, refusal.CheckDeletion, refusal.CheckConsentRequired, refusal.CheckApplication} {
		assert.Contains(t, seen, "refused "+string(check))
	}
}

// happens makes a request, has the user agree where that is asked for, and reads what the client gets.
func (h *fixture) happens(form url.Values, s *session.Session, id, secret string, remember bool) (step oauth.Step, userInfo, idToken map[string]any, refused *refusal.Refusal) {
	h.t.Helper()
	ctx := h.t.Context()
	request, err := h.provider.CheckForm(ctx, form)
	if errors.As(err, &refused) {
		return step, nil, nil, refused
	}
	require.NoError(h.t, err)
	f := oauth.Flow{ID: provider.NewID(*h.now.Load(), rand.Reader), StartedAt: *h.now.Load(), Request: request}
	step, err = h.provider.Next(ctx, f, s)
	if errors.As(err, &refused) {
		return step, nil, nil, refused
	}
	require.NoError(h.t, err)
	if step != oauth.Consent && step != oauth.Approve {
		return step, nil, nil, nil
	}
	code, err := h.approve(ctx, f, s, step == oauth.Consent && remember)
	require.NoError(h.t, err)
	call := basic(id, secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
	answer, err := h.provider.Token(ctx, call)
	require.NoError(h.t, err)
	if !slices.Contains(request.Scopes, "openid") {
		return step, map[string]any{}, map[string]any{}, nil
	}
	return step, h.released(answer.Parameters["access_token"]), claimsOf(h.t, answer.Parameters["id_token"]), nil
}

// A look ahead leaves no trace, also where the real request would begin the time of grace for a factor.
func TestForeseeChangesNothing(t *testing.T) {
	h := newFixture(t)
	h.app("ES256")
	s := h.person("alice")
	before, err := h.store.Records(t.Context(), audit.Filter{}, 100)
	require.NoError(t, err)
	o, err := h.provider.Foresee(t.Context(), h.params(nil), s.User, []string{"pwd"})
	require.NoError(t, err)
	assert.Equal(t, oauth.Consent, o.Step)
	after, err := h.store.Records(t.Context(), audit.Filter{}, 100)
	require.NoError(t, err)
	assert.Equal(t, before, after)
	standing, err := h.store.Standing(t.Context(), s.User.ID, "app")
	require.NoError(t, err)
	assert.Empty(t, standing.Remembered)
}

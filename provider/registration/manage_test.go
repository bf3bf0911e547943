package registration_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
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

// update sends what the client learned before, with changes.
func (f *fixture) update(made *registration.Information, bearer string, changes map[string]any) (*registration.Information, error) {
	f.t.Helper()
	asked := properties(f.t, made)
	maps.Copy(asked, changes)
	maps.DeleteFunc(asked, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(asked)
	require.NoError(f.t, err)
	return f.registry().Update(f.t.Context(), made.Client.ID, registration.Request{Bearer: bearer, Body: text})
}

// RFC 7592 section 2.2: an update replaces all of it, and what it leaves out gets its default.
func TestAClientReplacesItsRegistration(t *testing.T) {
	f := newFixture(t)
	made := f.register(map[string]any{"policy_uri": "https://notes.example/policy", "contacts": []string{"ops@notes.example"}})
	read, err := f.registry().Read(t.Context(), made.Client.ID, registration.Request{Bearer: made.Token})
	require.NoError(t, err)
	assert.Equal(t, "https://notes.example/policy", properties(t, read)["policy_uri"])
	assert.Equal(t, made.Token, properties(t, read)["registration_access_token"])
	assert.NotContains(t, properties(t, read), "client_secret", "it is stored as a hash")

	f.advance(time.Second)
	updated, err := f.update(made, made.Token, map[string]any{"client_name": "Notes 2", "policy_uri": nil, "contacts": nil, "scope": "openid email"})
	require.NoError(t, err)
	got := properties(t, updated)
	assert.Equal(t, "Notes 2", got["client_name"])
	assert.NotContains(t, got, "policy_uri")
	assert.NotContains(t, got, "contacts")
	assert.Equal(t, "openid profile email tools", got["scope"], "what it may ask for")
	assert.NotEqual(t, made.Token, updated.Token)

	records, err := f.store.Records(t.Context(), audit.Filter{ClientID: made.Client.ID}, 10)
	require.NoError(t, err)
	require.Len(t, records, 2)
	assert.Equal(t, audit.ClientUpdate, records[0].Action)

	require.NoError(t, f.registry().Delete(t.Context(), made.Client.ID, registration.Request{Bearer: updated.Token}))
	_, err = f.store.Client(t.Context(), made.Client.ID)
	require.ErrorIs(t, err, provider.ErrNotFound)
	_, err = f.registry().Read(t.Context(), made.Client.ID, registration.Request{Bearer: updated.Token})
	assert.Equal(t, 401, f.refused(err).HTTPStatus())
}

// The answer of an update may be lost: the request can be repeated for a while, and gets the same token.
func TestTheTokenBeforeIsOfUseForAWhileOnly(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	first, err := f.update(made, made.Token, nil)
	require.NoError(t, err)
	f.advance(4 * time.Minute)
	require.NoError(t, f.ring.Rotate(t.Context(), f.operator(), *f.now.Load()), "also by another key")
	again, err := f.update(made, made.Token, map[string]any{"client_name": "Notes 2"})
	require.NoError(t, err)
	assert.Equal(t, first.Token, again.Token)
	f.advance(61 * time.Second)
	_, err = f.update(made, made.Token, nil)
	assert.Equal(t, refusal.CheckRegistrationToken, f.refused(err).Check, "a repetition does not prolong it")
	_, err = f.update(made, again.Token, nil)
	require.NoError(t, err)
}

func TestTheTokenBeforeEndsWhenTheNewOneIsUsed(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	next, err := f.update(made, made.Token, nil)
	require.NoError(t, err)
	for _, bearer := range []string{made.Token, next.Token} {
		read, err := f.registry().Read(t.Context(), made.Client.ID, registration.Request{Bearer: bearer})
		require.NoError(t, err)
		assert.Equal(t, next.Token, read.Token, "also to who lost the response of the update")
	}
	for range 2 {
		_, err = f.registry().Read(t.Context(), made.Client.ID, registration.Request{Bearer: made.Token})
		assert.Equal(t, refusal.CheckRegistrationToken, f.refused(err).Check)
	}
	third, err := f.update(made, next.Token, nil)
	require.NoError(t, err)
	_, err = f.update(made, made.Token, nil)
	require.Error(t, err, "nor is the one before that")
	assert.NotEqual(t, next.Token, third.Token)
}

// Updates at once get one token: whichever answer the client keeps is good.
func TestUpdatesAtOnce(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	tokens := make([]string, 8)
	var wg sync.WaitGroup
	for i := range tokens {
		wg.Go(func() {
			if updated, err := f.update(made, made.Token, nil); assert.NoError(t, err) {
				tokens[i] = updated.Token
			}
		})
	}
	wg.Wait()
	for _, token := range tokens {
		assert.Equal(t, tokens[0], token)
	}
	_, err := f.update(made, tokens[0], nil)
	assert.NoError(t, err)
}

func TestNothingButTheTokenOfTheClientManagesIt(t *testing.T) {
	f := newFixture(t)
	mine, other := f.register(nil), f.register(nil)
	_, initial, err := f.tokens.Create(t.Context(), f.operator(), registration.InitialToken{}, time.Hour)
	require.NoError(t, err)
	f.domain.Transactions = nil // nothing is locked for who has no token
	unknown := "01900000-0000-7000-8000-000000000000"
	for name, tc := range map[string]struct{ id, bearer string }{
		"none": {mine.Client.ID, ""}, "of another client": {mine.Client.ID, other.Token}, "of the other client, at mine": {other.Client.ID, mine.Token},
		"an initial access token": {mine.Client.ID, initial}, "the secret": {mine.Client.ID, mine.Secret}, "nonsense": {mine.Client.ID, "none"},
		"cut": {mine.Client.ID, mine.Token[:60]}, "no such client": {unknown, mine.Token},
		"altered": {mine.Client.ID, altered(mine.Token)},
	} {
		in := registration.Request{Bearer: tc.bearer, Body: body(map[string]any{"client_id": tc.id})}
		_, readErr := f.registry().Read(t.Context(), tc.id, in)
		_, updateErr := f.registry().Update(t.Context(), tc.id, in)
		for _, err := range []error{readErr, updateErr, f.registry().Delete(t.Context(), tc.id, in)} {
			require.Error(t, err, name)
			r := f.refused(err)
			assert.Equal(t, 401, r.HTTPStatus(), name)
			assert.Contains(t, r.Challenge, "Bearer ", name)
			assert.Equal(t, tc.bearer != "", len(r.Challenge) > len(`Bearer realm="gatehouse"`), name)
		}
	}
	for _, made := range []*registration.Information{mine, other} {
		_, err := f.store.Client(t.Context(), made.Client.ID)
		require.NoError(t, err)
	}
}

func TestWhatAnUpdateMustSay(t *testing.T) {
	f := newFixture(t)
	made, other := f.register(nil), f.register(nil)
	for name, changes := range map[string]map[string]any{
		"no id": {"client_id": nil}, "another id": {"client_id": other.Client.ID}, "a chosen secret": {"client_secret": "chosen-chosen-chosen-chosen-chosen-chosen"},
		"the secret of another client": {"client_secret": other.Secret}, "a script": {"client_uri": "javascript:alert(1)"}, "wider scopes only": {"scope": "admin"},
	} {
		_, err := f.update(made, made.Token, changes)
		require.Error(t, err, name)
		assert.Equal(t, refusal.InvalidClientMetadata, f.refused(err).Code, name)
	}
	_, err := f.update(made, made.Token, map[string]any{"redirect_uris": []string{"javascript:alert(1)"}})
	assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code)
	_, err = f.update(made, made.Token, nil) // the token is as it was, and so is the secret
	require.NoError(t, err)
	c, err := f.store.Client(t.Context(), made.Client.ID)
	require.NoError(t, err)
	ok, err := f.domain.Secrets.Holds(t.Context(), c, made.Secret, *f.now.Load())
	require.NoError(t, err)
	assert.True(t, ok)
}

// RFC 7592 section 2.2: the client may send its secret, which for client_secret_jwt is kept in another form.
func TestAClientMaySendItsSecret(t *testing.T) {
	f := newFixture(t)
	f.settings.AuthMethods = append(f.settings.AuthMethods, "client_secret_jwt")
	for _, method := range []string{"client_secret_basic", "client_secret_jwt"} {
		made := f.register(map[string]any{"token_endpoint_auth_method": method})
		_, err := f.update(made, made.Token, map[string]any{"client_secret": made.Secret + "x"})
		assert.Equal(t, refusal.InvalidClientMetadata, f.refused(err).Code, method)
		_, err = f.update(made, made.Token, map[string]any{"client_secret": made.Secret})
		assert.NoError(t, err, method)
	}
}

func altered(token string) string {
	end := "A"
	if token[20] == 'A' {
		end = "B"
	}
	return token[:20] + end + token[21:]
}

// An update takes nothing back that an operator did, and gives nothing.
func TestAnUpdateDoesNotUndoTheOperator(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	change := func(act func(c *client.Client)) {
		_, err := f.clients.Update(t.Context(), f.operator(), made.Client.ID, func(c *client.Client) error { act(c); return nil })
		require.NoError(t, err)
	}
	change(func(c *client.Client) {
		c.Scopes, c.DefaultScopes, c.Audience, c.RateLimit, c.Restricted, c.AccessTokenLifetime = []string{"openid", "reports"}, []string{"openid", "reports"}, []string{"https://reports.example"}, 7, true, time.Minute
	})
	updated, err := f.update(made, made.Token, map[string]any{"scope": "openid profile email tools reports", "first_party": true, "rate_limit": 0})
	require.NoError(t, err)
	c := updated.Client
	assert.Equal(t, []string{"openid", "reports"}, c.Scopes, "neither those that were taken away, nor without those that were given")
	assert.Equal(t, []string{"openid", "reports"}, c.DefaultScopes)
	assert.Equal(t, []string{"https://reports.example"}, c.Audience)
	assert.Equal(t, 7, c.RateLimit)
	assert.True(t, c.Restricted)
	assert.Equal(t, time.Minute, c.AccessTokenLifetime)
	kept, err := f.update(made, updated.Token, map[string]any{"scope": nil})
	require.NoError(t, err)
	assert.Equal(t, []string{"openid", "reports"}, kept.Client.Scopes)

	for name, act := range map[string]func(c *client.Client){
		"disabled":    func(c *client.Client) { c.Disabled = true },
		"adopted":     func(c *client.Client) { c.Trust = client.Operator },
		"first party": func(c *client.Client) { c.FirstParty = true },
		"introspects": func(c *client.Client) { c.MayIntrospect = true },
		"manages":     func(c *client.Client) { c.Scopes = append(c.Scopes, "gatehouse:users:read") },
		"services":    func(c *client.Client) { c.GrantTypes = append(c.GrantTypes, client.ClientCredentials) },
	} {
		before, err := f.store.Client(t.Context(), made.Client.ID)
		require.NoError(t, err)
		change(act)
		in := registration.Request{Bearer: kept.Token, Body: body(map[string]any{"client_id": made.Client.ID})}
		_, readErr := f.registry().Read(t.Context(), made.Client.ID, in)
		_, updateErr := f.registry().Update(t.Context(), made.Client.ID, in)
		for _, err := range []error{readErr, updateErr, f.registry().Delete(t.Context(), made.Client.ID, in)} {
			require.Error(t, err, name)
			assert.Equal(t, 403, f.refused(err).HTTPStatus(), name)
		}
		change(func(c *client.Client) { *c = *before })
	}
	_, err = f.update(made, kept.Token, nil)
	require.NoError(t, err)
}

// What anybody can write does not fill the log, and what changes nothing leaves nothing there.
func TestRecordsOfWhatClientsDoAreShort(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	long := make([]string, 20)
	for i := range long {
		long[i] = "https://notes.example/" + strings.Repeat("a", 1000+i)
	}
	updated, err := f.update(made, made.Token, map[string]any{"redirect_uris": long})
	require.NoError(t, err)
	_, err = f.update(updated, updated.Token, nil)
	require.NoError(t, err)
	records, err := f.store.Records(t.Context(), audit.Filter{ClientID: made.Client.ID}, 10)
	require.NoError(t, err)
	require.Len(t, records, 2)
	i := slices.IndexFunc(records, func(r audit.Record) bool { return r.Action == audit.ClientUpdate }) // both are of one moment
	require.NotEqual(t, -1, i)
	change := records[i].Changes["redirect_uris"]
	assert.Equal(t, []any{"https://notes.example/cb"}, change.Before)
	assert.Contains(t, change.After, "sha256")
	text, err := json.Marshal(records[i].Changes)
	require.NoError(t, err)
	assert.Less(t, len(text), 1000)
}

// Whoever knows the id alone uses nothing of the limit up.
func TestAClientChangesItsRegistrationSoOften(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	f.changes.wait = time.Minute
	_, err := f.update(made, made.Token, map[string]any{"client_name": "Notes 2"})
	r := f.refused(err)
	assert.Equal(t, []any{refusal.CheckRateLimit, 429, time.Minute}, []any{r.Check, r.HTTPStatus(), r.RetryAfter})
	_, err = f.update(made, altered(made.Token), nil)
	assert.Equal(t, refusal.CheckRegistrationToken, f.refused(err).Check)
}

// Pairwise subjects are those of the hosts that the client had when it registered: public ones in between are no way to
// those of another.
func TestNoClientComesToPairwiseSubjectsLater(t *testing.T) {
	f := newFixture(t)
	made := f.register(map[string]any{"subject_type": "pairwise"})
	public, err := f.update(made, made.Token, map[string]any{"subject_type": "public", "redirect_uris": []string{"https://other.example/cb"}})
	require.NoError(t, err)
	_, err = f.update(public, public.Token, map[string]any{"subject_type": "pairwise"})
	assert.Contains(t, f.refused(err).Description, "subject_type")
	_, err = f.clients.Update(t.Context(), f.operator(), made.Client.ID, func(c *client.Client) error { c.SubjectType = client.Pairwise; return nil })
	require.NoError(t, err)
	_, err = f.update(public, public.Token, map[string]any{"subject_type": "pairwise"})
	require.NoError(t, err, "the operator may")
}

// Who verified a client saw its name and where responses go.
func TestAVerifiedClientThatChangesItsFaceIsNotVerifiedAnyMore(t *testing.T) {
	f := newFixture(t)
	verified := func() *registration.Information {
		made := f.register(nil)
		_, err := f.clients.Update(t.Context(), f.operator(), made.Client.ID, func(c *client.Client) error { c.Trust = client.Verified; return nil })
		require.NoError(t, err)
		return made
	}
	made := verified()
	updated, err := f.update(made, made.Token, map[string]any{"contacts": []string{"new@notes.example"}, "scope": "openid"})
	require.NoError(t, err)
	assert.Equal(t, client.Verified, updated.Client.Trust)
	for name, changes := range map[string]map[string]any{
		"name": {"client_name": "Bank"}, "redirect URI": {"redirect_uris": []string{"https://evil.example/cb"}}, "logo": {"logo_uri": "https://evil.example/logo.png"}, "home": {"client_uri": "https://evil.example/"},
		"another redirect URI": {"redirect_uris": []string{"https://notes.example/cb", "https://evil.example/cb"}}, "after sign-out": {"post_logout_redirect_uris": []string{"https://evil.example/"}}, "keys": {"jwks_uri": "https://evil.example/jwks"},
	} {
		made := verified()
		if updated, err = f.update(made, made.Token, changes); assert.NoError(t, err, name) {
			assert.Equal(t, client.Unverified, updated.Client.Trust, name)
		}
	}
}

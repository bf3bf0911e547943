package oauth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// refreshing is a client with a user who is signed in.
type refreshing struct {
	*fixture

	secret  string
	user    *account.User
	session *session.Session
}

func newRefreshing(t *testing.T, change func(c *client.Client)) *refreshing {
	t.Helper()
	r := &refreshing{fixture: newFixture(t)}
	c := client.Client{
		ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode, client.RefreshToken}, RedirectURIs: []string{callback},
		Scopes: []string{"openid", "profile", "offline_access"}, IDTokenAlg: "ES256", Audience: []string{"https://a", "https://b"},
	}
	if change != nil {
		change(&c)
	}
	r.secret = r.client(c)
	r.user = &account.User{Username: "alice"}
	require.NoError(t, r.users.Create(t.Context(), audittest.Operator(), r.user, "through-the-glass"))
	var err error
	r.session, _, err = r.sessions.Begin(t.Context(), session.Start{User: r.user, Methods: []string{"pwd"}}, nil)
	require.NoError(t, err)
	return r
}

// signIn returns the token response for a code.
func (r *refreshing) signIn(scope string, more url.Values) map[string]any {
	r.t.Helper()
	if more == nil {
		more = url.Values{}
	}
	more.Set("scope", scope)
	code, err := r.approve(r.t.Context(), r.flow(more), r.session, true)
	require.NoError(r.t, err)
	answer, err := r.exchange(r.secret, code)
	require.NoError(r.t, err)
	return answer.Parameters
}

func (r *refreshing) refresh(token any, more url.Values) (map[string]any, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token.(string)}}
	for name, values := range more {
		form[name] = values
	}
	answer, err := r.provider.Token(r.t.Context(), basic("app", r.secret, form))
	return answer.Parameters, err
}

func TestRefreshRotates(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid profile", url.Values{"nonce": {"n-0S6"}})
	require.NotEmpty(t, first["refresh_token"])
	r.advance(time.Hour)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.NotEqual(t, first["refresh_token"], second["refresh_token"])
	assert.NotEqual(t, first["access_token"], second["access_token"])
	assert.Equal(t, "openid profile", second["scope"])
	assert.True(t, r.active("app", r.secret, second["access_token"].(string)))
	assert.True(t, r.active("app", r.secret, second["refresh_token"].(string)), "its own client may introspect it")
	assert.False(t, r.active("app", r.secret, first["refresh_token"].(string)), "spent")

	// OpenID Connect Core section 12.2: the same sub and auth_time, no nonce.
	before, after := claimsOf(t, first["id_token"]), claimsOf(t, second["id_token"])
	for _, same := range []string{"iss", "sub", "aud", "auth_time", "sid", "acr"} {
		assert.Equal(t, before[same], after[same], same)
	}
	assert.NotContains(t, after, "nonce")
	assert.Greater(t, after["iat"], before["iat"])
	assert.EqualValues(t, 2, r.events.Count("token_issued"))
}

// A client that lost the response sends its refresh token again: within the grace period it gets
// the same successor, even one that was used.
func TestRefreshRepeatsWithinTheGracePeriod(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid", nil)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	third, err := r.refresh(second["refresh_token"], nil)
	require.NoError(t, err)
	r.advance(grant.Grace - time.Second)
	again, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.Equal(t, second["refresh_token"], again["refresh_token"])
	assert.Equal(t, second["access_token"], again["access_token"])
	assert.EqualValues(t, 3600-29, again["expires_in"])

	// A request with other parameters is no repeat: it is refused, and revokes nothing.
	_, err = r.refresh(first["refresh_token"], url.Values{"scope": {"openid openid"}})
	require.NoError(t, err, "the same set")
	for name, more := range map[string]url.Values{"no resource was requested": {"resource": {"https://a"}}} {
		_, err = r.refresh(first["refresh_token"], more)
		assertRefused(t, err, "")
		assert.True(t, r.active("app", r.secret, third["access_token"].(string)), name)
	}
}

// RFC 9700 section 4.14.2: after the grace period a second use revokes the grant, and is reported.
func TestRefreshReuseRevokesTheGrant(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid offline_access", nil)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	r.advance(grant.Grace)
	for range 3 {
		_, err = r.refresh(first["refresh_token"], nil)
		assertRefused(t, err, "invalid_grant")
	}
	assert.EqualValues(t, 1, r.events.Count("refresh_reuse_detected"))
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
	for _, token := range []any{first["access_token"], second["access_token"], second["refresh_token"]} {
		assert.False(t, r.active("app", r.secret, token.(string)))
	}
}

// fosite detects reuse before it checks the HMAC and the client: another client, or a client with a
// part of the token, could revoke the grant.
func TestStolenRefreshTokensRevokeNothing(t *testing.T) {
	r := newRefreshing(t, nil)
	other := r.client(client.Client{ID: "other", GrantTypes: []client.GrantType{client.AuthorizationCode, client.RefreshToken}, RedirectURIs: []string{callback}})
	first := r.signIn("openid offline_access", nil)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	r.advance(time.Hour)
	spent, live := first["refresh_token"].(string), second["refresh_token"].(string)
	flipped := live[:len(live)-12] + strings.Map(func(c rune) rune {
		if c == 'A' {
			return 'B'
		}
		return 'A'
	}, live[len(live)-12:len(live)-6]) + live[len(live)-6:]
	for _, token := range []string{spent, live} {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
		_, err := r.provider.Token(t.Context(), basic("other", other, form))
		assertRefused(t, err, "invalid_grant")
		assertRefused(t, r.provider.Revoke(t.Context(), basic("other", other, url.Values{"token": {token}})), "invalid_grant")
	}
	for _, token := range []string{flipped, live[:40], live + "A", strings.Replace(live, "gh_rt_", "gh_at_", 1), first["access_token"].(string), "x"} {
		_, err := r.refresh(token, nil)
		assertRefused(t, err, "invalid_grant")
	}
	assert.False(t, r.active("other", other, live), "another client may not introspect it")
	_, err = r.refresh(live, nil)
	assert.NoError(t, err)
	assert.Zero(t, r.events.Count("refresh_reuse_detected"))
}

// fosite ignores scope on refresh. A narrower scope applies to the access token alone; a wider one
// is refused (RFC 6749 section 6).
func TestRefreshNarrowsScopes(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid profile", url.Values{"resource": {"https://a", "https://b"}})
	narrow, err := r.refresh(first["refresh_token"], url.Values{"scope": {"profile"}, "resource": {"https://b"}})
	require.NoError(t, err)
	assert.Equal(t, "profile", narrow["scope"])
	assert.NotContains(t, narrow, "id_token")
	got, err := r.provider.Introspect(t.Context(), basic("app", r.secret, url.Values{"token": {narrow["access_token"].(string)}}))
	require.NoError(t, err)
	assert.Equal(t, "profile", got.Scope)
	assert.Equal(t, []string{"https://b"}, got.Audience)

	again, err := r.refresh(first["refresh_token"], url.Values{"scope": {"profile"}, "resource": {"https://b"}})
	require.NoError(t, err)
	assert.Equal(t, narrow["access_token"], again["access_token"])
	_, err = r.refresh(first["refresh_token"], url.Values{"scope": {"openid"}, "resource": {"https://b"}})
	assertRefused(t, err, "invalid_grant")

	whole, err := r.refresh(narrow["refresh_token"], nil)
	require.NoError(t, err)
	assert.Equal(t, "openid profile", whole["scope"], "the refresh token kept what was granted")
	_, err = r.refresh(whole["refresh_token"], url.Values{"scope": {"openid offline_access"}})
	assertRefused(t, err, "invalid_scope")
	_, err = r.refresh(whole["refresh_token"], url.Values{"resource": {"https://c"}})
	assertRefused(t, err, "invalid_target")
	_, err = r.refresh(whole["refresh_token"], nil)
	assert.NoError(t, err, "a refusal spends nothing")
}

// OWASP ASVS 10.4.8: refresh tokens have an idle and an absolute lifetime.
func TestRefreshLifetimes(t *testing.T) {
	const day = 24 * time.Hour
	r := newRefreshing(t, nil)
	idle := r.signIn("openid offline_access", nil)
	token := r.signIn("openid offline_access", nil)["refresh_token"]
	r.advance(30*day - time.Second)
	next, err := r.refresh(token, nil)
	require.NoError(t, err)
	r.advance(time.Second)
	_, err = r.refresh(idle["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
	for range 2 {
		r.advance(30*day - 2*time.Second)
		next, err = r.refresh(next["refresh_token"], nil)
		require.NoError(t, err)
	}
	r.advance(time.Second)
	last, err := r.refresh(next["refresh_token"], nil)
	require.NoError(t, err)
	assert.EqualValues(t, 3, last["expires_in"], "no access token outlives its grant")
	r.advance(3 * time.Second)
	_, err = r.refresh(last["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
}

func TestClientsHaveLifetimesOfTheirOwn(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) {
		c.RefreshTokenIdle, c.RefreshTokenLifetime, c.IDTokenLifetime = time.Hour, 90*time.Minute, time.Minute
	})
	first := r.signIn("openid offline_access", nil)
	claims := claimsOf(t, first["id_token"])
	assert.InDelta(t, 60, claims["exp"].(float64)-claims["iat"].(float64), 0)
	r.advance(59 * time.Minute)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	r.advance(31 * time.Minute)
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
}

// A confidential client may be registered to keep its refresh token: using it again is no theft.
func TestRefreshTokensThatAreReused(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.RefreshTokenRotation = client.Reuse })
	first := r.signIn("openid offline_access", nil)
	for range 3 {
		r.advance(29 * 24 * time.Hour) // each use moves the end
		again, err := r.refresh(first["refresh_token"], nil)
		require.NoError(t, err)
		assert.Equal(t, first["refresh_token"], again["refresh_token"])
		assert.NotEqual(t, first["access_token"], again["access_token"])
		assert.True(t, r.active("app", r.secret, again["access_token"].(string)))
	}
	r.advance(4 * 24 * time.Hour)
	_, err := r.refresh(first["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
}

// Whatever ends a user's access to a client ends refreshing too.
func TestRefreshEndsWithTheAccessOfTheUser(t *testing.T) {
	for name, test := range map[string]struct {
		end func(t *testing.T, r *refreshing)
		// whether a grant with and without offline_access goes on
		offline, online bool
	}{
		"nothing": {func(*testing.T, *refreshing) {}, true, true},
		"sign-out": {func(t *testing.T, r *refreshing) {
			_, err := r.sessions.End(t.Context(), r.session)
			require.NoError(t, err)
		}, true, false},
		"session idle": {func(_ *testing.T, r *refreshing) { r.advance(8 * time.Hour) }, true, false},
		"user disabled": {func(t *testing.T, r *refreshing) {
			_, err := r.users.Update(t.Context(), audittest.Operator(), "alice", func(u *account.User) { u.Disabled = true })
			require.NoError(t, err)
		}, false, false},
		"password changed": {func(t *testing.T, r *refreshing) {
			_, err := r.users.SetPassword(t.Context(), audittest.Operator(), "alice", "another-one-entirely")
			require.NoError(t, err)
		}, false, false},
		"consent withdrawn": {func(t *testing.T, r *refreshing) {
			require.NoError(t, r.store.WithdrawConsent(t.Context(), r.user.ID, "app", *r.now.Load()))
		}, false, false},
		"client for others": {func(t *testing.T, r *refreshing) {
			bob := &account.User{Username: "bob"}
			require.NoError(t, r.users.Create(t.Context(), audittest.Operator(), bob, "through-the-glass"))
			require.NoError(t, r.store.AllowUser(t.Context(), "app", bob.ID))
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRefreshing(t, nil)
			offline, online := r.signIn("openid offline_access", nil), r.signIn("openid", nil)
			test.end(t, r)
			for token, goesOn := range map[any]bool{offline["refresh_token"]: test.offline, online["refresh_token"]: test.online} {
				assert.Equal(t, goesOn, r.active("app", r.secret, token.(string)))
				_, err := r.refresh(token, nil)
				if goesOn {
					assert.NoError(t, err)
				} else {
					assertRefused(t, err, "invalid_grant")
				}
			}
		})
	}
}

// Revoking a refresh token revokes all tokens of its grant, revoking an access token only that one.
func TestRevokingRefreshTokens(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid", nil)
	require.NoError(t, r.provider.Revoke(t.Context(), basic("app", r.secret, url.Values{"token": {first["access_token"].(string)}})))
	assert.False(t, r.active("app", r.secret, first["access_token"].(string)))
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	require.NoError(t, r.provider.Revoke(t.Context(), basic("app", r.secret, url.Values{"token": {second["refresh_token"].(string)}})))
	assert.False(t, r.active("app", r.secret, second["access_token"].(string)))
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "invalid_grant")
	assert.EqualValues(t, 2, r.events.Count("token_revoked"))
}

// Scopes that the client may no longer request are gone at the next refresh.
func TestRefreshFollowsTheRegistration(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid profile", nil)
	r.update("app", func(c *client.Client) { c.Scopes = []string{"openid"} })
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.Equal(t, "openid", second["scope"])
	r.update("app", func(c *client.Client) { c.GrantTypes = []client.GrantType{client.AuthorizationCode} })
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "unauthorized_client")
}

// An ID token that cannot be signed leaves the refresh token as it was.
func TestRefreshIsWholeOrNothing(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid", nil)
	r.update("app", func(c *client.Client) { c.IDTokenAlg = "PS256" }) // no key of it here
	_, err := r.refresh(first["refresh_token"], nil)
	require.Error(t, err)
	r.update("app", func(c *client.Client) { c.IDTokenAlg = "ES256" })
	r.advance(time.Hour)
	_, err = r.refresh(first["refresh_token"], nil)
	assert.NoError(t, err)
}

// fosite checks a refresh token in one step and rotates it in another, so that concurrent requests
// get several successors. Here all of them get the same one.
func TestParallelRefreshesGetOneSuccessor(t *testing.T) {
	for _, format := range []client.TokenFormat{client.Opaque, client.JWT} {
		t.Run(string(format), func(t *testing.T) {
			r := newRefreshing(t, func(c *client.Client) { c.TokenFormat = format })
			first := r.signIn("openid", nil)
			var mu sync.Mutex
			var wg sync.WaitGroup
			successors, access := map[any]bool{}, map[any]bool{}
			for range 50 {
				wg.Go(func() {
					answer, err := r.refresh(first["refresh_token"], nil)
					if assert.NoError(t, err) {
						mu.Lock()
						successors[answer["refresh_token"]], access[answer["access_token"]] = true, true
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			assert.Len(t, successors, 1)
			if format == client.Opaque {
				assert.Len(t, access, 1)
			}
			for token := range access {
				assert.True(t, r.active("app", r.secret, token.(string)))
			}
		})
	}
}

// BEGIN and COMMIT are counted.
func TestRefreshTakesFiveStatements(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("offline_access", nil)
	before := r.statements.Load()
	_, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.LessOrEqual(t, r.statements.Load()-before, int64(5))
	before = r.statements.Load()
	_, err = r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.LessOrEqual(t, r.statements.Load()-before, int64(2), "a repeat writes nothing")
}

func (h *fixture) update(id string, change func(c *client.Client)) {
	h.t.Helper()
	_, err := h.registry.Update(h.t.Context(), audittest.Operator(), id, func(c *client.Client) error { change(c); return nil })
	require.NoError(h.t, err)
	require.NoError(h.t, h.directory.Flush(context.Background()))
}

// claimsOf reads a JWT without verifying it.
func claimsOf(t *testing.T, jwt any) map[string]any {
	t.Helper()
	text, _ := jwt.(string)
	parts := strings.Split(text, ".")
	require.Len(t, parts, 3)
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	claims := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &claims))
	return claims
}

// The registration applies at each use: without offline_access no token outlives the sign-out, nor
// those of a grant that was approved while the registration changed.
func TestWithdrawnOfflineAccessEndsWithTheSession(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid offline_access", nil)
	c, err := r.store.Client(t.Context(), "app")
	require.NoError(t, err)
	scopes := c.Scopes
	without := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "offline_access" })
	r.update("app", func(c *client.Client) { c.Scopes = without })
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err, "the session is not over")

	// It was checked before the change, and is approved after it.
	r.update("app", func(c *client.Client) { c.Scopes = scopes })
	late := r.flow(url.Values{"scope": {"openid offline_access"}})
	r.update("app", func(c *client.Client) { c.Scopes = without })
	code, err := r.approve(t.Context(), late, r.session, false)
	require.NoError(t, err)
	third, err := r.exchange(r.secret, code)
	require.NoError(t, err)

	_, err = r.store.EndSession(t.Context(), r.session.ID, *r.now.Load())
	require.NoError(t, err)
	for _, token := range []any{second["refresh_token"], third.Parameters["refresh_token"]} {
		_, err = r.refresh(token, nil)
		assertRefused(t, err, "invalid_grant")
	}
}

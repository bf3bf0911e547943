package oauth_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func newTrusted(t *testing.T) (*fixture, string, *account.User) {
	t.Helper()
	h := newFixture(t)
	secret := h.client(client.Client{
		ID: "trusted", FirstParty: true, GrantTypes: []client.GrantType{client.Password, client.RefreshToken},
		Scopes: []string{"openid", "profile"}, IDTokenAlg: "ES256",
	})
	u := &account.User{Username: "alice", Email: "alice@example.com"}
	require.NoError(t, h.users.Create(t.Context(), audittest.Operator(), u, "through-the-glass"))
	return h, secret, u
}

func (h *fixture) password(secret, username, password string) (map[string]any, error) {
	answer, err := h.provider.Token(h.t.Context(), basic("trusted", secret, url.Values{
		"grant_type": {"password"}, "username": {username}, "password": {password}, "scope": {"openid profile"},
	}))
	return answer.Parameters, err
}

func TestPasswordGrant(t *testing.T) {
	h, secret, u := newTrusted(t)
	answer, err := h.password(secret, "Alice@Example.com", "through-the-glass")
	require.NoError(t, err)
	claims := claimsOf(t, answer["id_token"])
	assert.Equal(t, u.Subject, claims["sub"])
	assert.NotContains(t, claims, "sid", "there is no session")
	refreshed, err := h.provider.Token(t.Context(), basic("trusted", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {answer["refresh_token"].(string)}}))
	require.NoError(t, err)
	assert.True(t, h.active("trusted", secret, refreshed.Parameters["access_token"].(string)))

	_, err = h.users.Update(t.Context(), audittest.Operator(), "alice", func(u *account.User) { u.Disabled = true })
	require.NoError(t, err)
	_, err = h.password(secret, "alice", "through-the-glass")
	assertRefused(t, err, "invalid_grant")
	assert.False(t, h.active("trusted", secret, refreshed.Parameters["access_token"].(string)))
}

// A user with a second factor cannot be taken by the password alone, and a wrong password says no more than
// for anybody else.
func TestPasswordGrantRefusesUsersWithASecondFactor(t *testing.T) {
	h, secret, u := newTrusted(t)
	require.NoError(t, h.store.SetTOTP(t.Context(), u.ID, factor.StoredTOTP{Sealed: []byte{1}, CreatedAt: *h.now.Load()}))
	_, err := h.password(secret, "alice", "through-the-glass")
	r := assertRefused(t, err, "invalid_grant")
	assert.Equal(t, refusal.CheckSecondFactor, r.Check)
	_, err = h.password(secret, "alice", "wrong")
	r = assertRefused(t, err, "invalid_grant")
	assert.Equal(t, refusal.CheckPassword, r.Check)
	require.NoError(t, h.store.RemoveTOTP(t.Context(), u.ID))
	_, err = h.password(secret, "alice", "through-the-glass")
	require.NoError(t, err)
}

// An account that is to be deleted gives no application anything, and only who has the password is told why.
func TestPasswordGrantRefusesAccountsToBeDeleted(t *testing.T) {
	h, secret, u := newTrusted(t)
	at := h.now.Load().Add(time.Hour)
	require.NoError(t, h.store.SetDeletion(t.Context(), u.ID, &at))
	_, err := h.password(secret, "alice", "through-the-glass")
	assert.Equal(t, refusal.CheckDeletion, assertRefused(t, err, "invalid_grant").Check)
	_, err = h.password(secret, "alice", "wrong")
	assert.Equal(t, refusal.CheckPassword, assertRefused(t, err, "invalid_grant").Check)
	require.NoError(t, h.store.SetDeletion(t.Context(), u.ID, nil))
	_, err = h.password(secret, "alice", "through-the-glass")
	require.NoError(t, err)
}

// RFC 9700 section 2.4 forbids the password grant in general: it is for first-party clients, for
// users who may use the client, and throttled like the sign-in page.
func TestPasswordGrantRefuses(t *testing.T) {
	h, secret, _ := newTrusted(t)
	_, err := h.password(secret, "alice", "wrong")
	assertRefused(t, err, "invalid_grant")
	_, err = h.password(secret, "nobody", "wrong")
	assertRefused(t, err, "invalid_grant")
	_, err = h.password(secret, "alice", "")
	assertRefused(t, err, "invalid_request")

	bob := &account.User{Username: "bob"}
	require.NoError(t, h.users.Create(t.Context(), audittest.Operator(), bob, "through-the-glass"))
	require.NoError(t, h.store.AllowUser(t.Context(), "trusted", bob.ID))
	_, err = h.password(secret, "alice", "through-the-glass")
	r := assertRefused(t, err, "invalid_grant")
	assert.Equal(t, "user_may_not_use_client", string(r.Check))
	_, err = h.password(secret, "bob", "through-the-glass")
	require.NoError(t, err)

	for range 10 {
		_, err = h.password(secret, "bob", "wrong")
	}
	assertRefused(t, err, "invalid_grant")
	_, err = h.password(secret, "bob", "through-the-glass")
	tooMany := assertRefused(t, err, "temporarily_unavailable")
	assert.Equal(t, 429, tooMany.HTTPStatus())
	assert.Positive(t, tooMany.RetryAfter)
	assert.EqualValues(t, 1, h.events.Count("sign_in_refused")-12)

	// A client that was registered by another version, or that is no longer first-party.
	h.planted(client.Client{ID: "left", AuthMethod: client.None, GrantTypes: []client.GrantType{client.Password}})
	_, err = h.provider.Token(t.Context(), request(url.Values{"client_id": {"left"}, "grant_type": {"password"}, "username": {"alice"}, "password": {"through-the-glass"}}))
	assertRefused(t, err, "unauthorized_client")
	_, err = h.provider.Token(t.Context(), basic("trusted", secret, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"through-the-glass"}, "scope": {"openid phone"}}))
	assertRefused(t, err, "invalid_scope")

	_, err = h.registry.Create(t.Context(), audittest.Operator(), &client.Client{ID: "third-party", GrantTypes: []client.GrantType{client.Password}}, "")
	assert.Error(t, err, "only a first-party client can be registered for it")
}

// A password must not do where a sign-in asks for more, of the user or for the client.
func TestPasswordGrantRefusesWhereMoreIsDemanded(t *testing.T) {
	h, secret, _ := newTrusted(t)
	_, err := h.users.Update(t.Context(), audittest.Operator(), "alice", func(u *account.User) { u.Roles = []string{"guarded"} })
	require.NoError(t, err)
	_, err = h.password(secret, "alice", "through-the-glass")
	assert.Equal(t, refusal.CheckSecondFactor, assertRefused(t, err, "invalid_grant").Check)

	_, err = h.users.Update(t.Context(), audittest.Operator(), "alice", func(u *account.User) { u.Roles = []string{} })
	require.NoError(t, err)
	_, err = h.password(secret, "alice", "through-the-glass")
	require.NoError(t, err)
	h.update("trusted", func(c *client.Client) { c.RequiredACR = "2" })
	_, err = h.password(secret, "alice", "through-the-glass")
	assert.Equal(t, refusal.CheckSecondFactor, assertRefused(t, err, "invalid_grant").Check)
}

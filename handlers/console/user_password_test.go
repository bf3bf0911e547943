package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

func TestPasswordIsSet(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	path := "/admin/users/" + alice.ID.String() + "/password"
	assert.Equal(t, http.StatusOK, b.get(path).Code)
	w := b.post(path, url.Values{"password": {"short"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="password-problem"`)
	assert.Contains(t, b.done(b.post(path, url.Values{"password": {"through-the-glass"}})), "password of alice is set")
	assert.NotEqual(t, alice.PasswordHash, f.stored(alice).PasswordHash)
}

// One's own password is changed where the present one is asked for: a browser left alone is not the account.
func TestAdministratorsChangeTheirOwnPasswordElsewhere(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("root", account.RoleAdmin)
	b := f.signIn(u)
	assert.Contains(t, b.done(b.post("/admin/users/"+u.ID.String()+"/password", url.Values{"password": {"through-the-glass"}})), "your own account")
	assert.Equal(t, u.PasswordHash, f.stored(u).PasswordHash)
}

func TestUserGetsALinkForAnotherPassword(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	path := "/admin/users/" + alice.ID.String()
	assert.Contains(t, b.get(path+"/password").Body.String(), `id="recovery-submit"`)
	assert.Contains(t, b.done(b.post(path+"/recovery", url.Values{})), "alice gets a link")
	v, err := f.codes.Newest(t.Context(), alice.ID, verification.Recovery)
	require.NoError(t, err)
	assert.Equal(t, alice.Email, v.Address)
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.UserSendRecovery}, 5)
	require.NoError(t, err)
	assert.Len(t, records, 1)
	nobody := &account.User{Username: "bob"}
	require.NoError(t, f.users.Create(t.Context(), audit.Actor{Kind: audit.OperatingSystemUser, ID: "test"}, nobody, ""))
	assert.Contains(t, b.done(b.post("/admin/users/"+nobody.ID.String()+"/recovery", url.Values{})), "no contact")
}

func TestNoLinkIsOfferedWithoutMail(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.Policy = account.Policy{} })
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	assert.NotContains(t, b.get("/admin/users/"+alice.ID.String()+"/password").Body.String(), "recovery-submit")
}

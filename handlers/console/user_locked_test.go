package console_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Who cannot sign in since somebody has guessed too often looks like it, and the limit can be given back from there.
func TestALockedUserLooksLikeIt(t *testing.T) {
	f := newFixture(t, nil)
	alice, bob := f.user("alice"), f.user("bob")
	require.NoError(t, f.store.SetTOTP(t.Context(), alice.ID, factor.StoredTOTP{Sealed: []byte{1}, CreatedAt: *f.now.Load()}))
	require.NoError(t, f.store.SetMailFactor(t.Context(), alice.ID, alice.Email, *f.now.Load()))
	b := f.signIn(f.user("root", account.RoleAdmin))
	of := func(u *account.User) string { return b.get("/admin/users/" + u.ID.String()).Body.String() }
	assert.NotContains(t, of(alice), "/admin/limits/sign-in")
	for policy, text := range map[string]string{
		ratelimit.SignInAccount: "Too many wrong passwords", ratelimit.FactorAccount: "Too many wrong codes:", ratelimit.FactorAccountLong: "Too many wrong codes over days", ratelimit.FactorRecoveryAccount: "Too many wrong recovery codes",
	} {
		assert.NotContains(t, of(alice), text)
		f.use(policy, alice.ID.String())
		page, path := of(alice), "/admin/limits/"+policy
		assert.Contains(t, page, text)
		assert.Contains(t, page, `href="`+path+`?username=alice"`)
		assert.Contains(t, b.get(path+"?username=alice").Body.String(), "the next one is refused")
		assert.NotContains(t, of(bob), "Too many")
		b.done(b.post(path+"/reset", url.Values{"username": {"alice"}}))
		assert.NotContains(t, of(alice), text)
	}
}

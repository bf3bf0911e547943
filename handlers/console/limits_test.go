package console_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// use takes all of a limit from an address.
func (f *fixture) use(policy, address string) {
	f.t.Helper()
	table, err := ratelimit.NewTable(nil)
	require.NoError(f.t, err)
	p, known := table.Policy(policy)
	require.True(f.t, known)
	_, err = f.limiter.Take(f.t.Context(), ratelimit.Ask{Policy: p, Key: address, Cost: p.Limit.Burst})
	require.NoError(f.t, err)
}

func TestLimitsAreListed(t *testing.T) {
	f := newFixture(t, nil)
	page := f.signIn(f.user("root", account.RoleAdmin)).get("/admin/limits").Body.String()
	for _, p := range ratelimit.Policies() {
		assert.Contains(t, page, `href="/admin/limits/`+p.Name+`"`)
	}
	assert.Contains(t, page, "500/1s burst 1000")
}

func TestLimitIsLookedUpAndReset(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	const path = "/admin/limits/sign-in-prefix"
	assert.NotContains(t, b.get(path).Body.String(), `id="budget"`)
	f.use(ratelimit.SignInPrefix, ratelimit.Prefix(netip.MustParseAddr("192.0.2.9")))
	page := b.get(path + "?address=192.0.2.9").Body.String()
	assert.Contains(t, page, "the next one is refused")
	assert.Contains(t, b.get(path+"?address=192.0.2.10").Body.String(), "the next one passes")
	w := b.post(path+"/reset", url.Values{"address": {"192.0.2.9"}})
	page = b.done(w)
	assert.Contains(t, page, "All of sign-in-prefix is available again")
	assert.Contains(t, page, "the next one passes", "of the same address")
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.LimitReset}, 5)
	require.NoError(t, err)
	assert.Len(t, records, 1)
}

func TestLimitAsksForWhatItIsCountedBy(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for policy, fields := range map[string][]string{
		ratelimit.TokenClient: {"client_id"}, ratelimit.PagePrefix: {"address"}, ratelimit.ClientSecret: {"client_id", "address"}, ratelimit.SignInAccount: {"username"}, ratelimit.RecoverAccount: {"username", "address"}, ratelimit.SignInDevice: nil,
	} {
		page := b.get("/admin/limits/" + policy).Body.String()
		for _, field := range []string{"client_id", "address", "username"} {
			has := false
			for _, f := range fields {
				has = has || f == field
			}
			assert.Equal(t, has, regexpName(field).MatchString(page), "%s %s", policy, field)
		}
	}
	for path, fault := range map[string]string{
		"token-client?client_id=nobody": "There is no such client", "page-prefix?address=x": "is not an IP address", "client-secret?client_id=a": "is not an IP address",
	} {
		w := b.get("/admin/limits/" + path)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, path)
		assert.Contains(t, w.Body.String(), fault, path)
	}
	w := b.post("/admin/limits/page-prefix/reset", url.Values{"address": {hostile}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.NotContains(t, w.Body.String(), "<script>alert")
	assert.Equal(t, http.StatusTeapot, b.get("/admin/limits/x").Code)
}

func TestAuditorsResetNoLimit(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("auditor", account.RoleAuditor))
	f.use(ratelimit.SignInPrefix, ratelimit.Prefix(netip.MustParseAddr("192.0.2.9")))
	assert.NotContains(t, b.get("/admin/limits/sign-in-prefix?address=192.0.2.9").Body.String(), "/reset")
	assert.Equal(t, http.StatusTeapot, b.post("/admin/limits/sign-in-prefix/reset", url.Values{"address": {"192.0.2.9"}}).Code)
	assert.Contains(t, b.get("/admin/limits/sign-in-prefix?address=192.0.2.9").Body.String(), "the next one is refused")
}

// regexpName finds a field of a page.
func regexpName(field string) *regexp.Regexp {
	return regexp.MustCompile(`<input id="` + field + `"`)
}

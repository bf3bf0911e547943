package browser

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASignInLeadsToPagesOfTheOwnAccountAndOfTheConsoleOnly(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"/account", "/account/profile", "/account/security/password", "/admin", "/admin/users/0190b1c2-7d3e-7abc-8def-001122334455"} {
		assert.Equal(t, own, nextPage(own))
	}
	// Of every kind of page: a page that is a query, a filter, an id that has all the characters that ids may have.
	for _, own := range []string{
		"/account/delete?flow=" + strings.Repeat("a", 1536), "/account/activity?before=019a2b3c-4d5e-7f60-8123-456789000001", "/account/receipts/019a2b3c-4d5e-7f60-8123-456789000001",
		"/admin?span=month", "/admin/scopes/scope?name=orders%3Aread", "/admin/audit?action=client.create&user=admin", "/admin/users?search=%C3%9F%26x%3D1%23", "/admin/clients/DEMO-WEB", "/admin/clients/a.b_c~d",
		"/admin/clients/https:%2F%2Fmy-app.com%2Fx@y/registration", "/admin/clients/..a", "/admin/limits/sign-in-account?username=alice%40example.com",
	} {
		assert.Equal(t, own, nextPage(own))
	}
	for _, other := range []string{
		"", "/", "/login", "/accounts", "/admin/", "/administer", "/admin/../oauth/logout", "/account/", "//account", "/account//evil.example", "/account/../oauth/logout", "/account/./apps", `/account\evil`, "/account#x", "/account?x=%zz", "/account?x=\n", "/account?x=1;y=2", `?/account`, "/account/%2E%2E/%2E%2E/oauth/logout", "/admin/..%2F..%2Foauth%2Flogout", "/admin/%5C%5Cevil.example",
		"/admin/a%00", "/admin/%0d%0aSet-Cookie:x", "/admin/%ff", "/admin/%zz", "/admin/%", "/admin/a b", "/admin/\u202ex", "/admin.evil.example", "/admin@evil.example", "/admin:80", "javascript:/admin", "/%61dmin", "\t/admin", "/admin/%e2%80%8b/..",
		"https://evil.example/account", "//evil.example/account", "account", "/account/%2e%2e/x", "/account/\n", "/account/apps;x", "/Account", "/account/" + strings.Repeat("a", 2000),
	} {
		assert.Empty(t, nextPage(other), other)
	}
}

// Whoever was asked to sign in again, on the way to a question, is asked that. What was said before is not said again, and
// what stands in a query stays there.
func TestASignInLeadsToAQuestionAboutTheFactors(t *testing.T) {
	t.Parallel()
	const id = "019a2b3c-4d5e-7f60-8123-456789000001"
	for text, want := range map[string]string{
		ownFactorsPath + "?confirm=remove_app":                       ownFactorsPath + "?confirm=remove_app",
		ownFactorsPath + "?passkey=" + id + "&confirm=remove":        ownFactorsPath + "?confirm=remove&passkey=" + id,
		ownFactorsPath + "?confirm=codes&done=x#y":                   ownFactorsPath + "?confirm=codes",
		ownFactorsPath + "?done=x":                                   ownFactorsPath,
		ownFactorsPath + "?confirm=":                                 ownFactorsPath,
		ownFactorsPath + "?confirm=%2f%2fevil.example":               ownFactorsPath + "?confirm=%2F%2Fevil.example",
		ownFactorsPath + "?confirm=" + strings.Repeat("a", 2000):     ownFactorsPath,
		ownFactorsPath + "?confirm=remove&passkey=//evil.example":    ownFactorsPath + "?confirm=remove&passkey=%2F%2Fevil.example",
		ownFactorsPath + "?confirm=remove&passkey=%zz":               "",
		ownFactorsPath + `?confirm=a"><b>\`:                          ownFactorsPath + "?confirm=a%22%3E%3Cb%3E%5C",
		"https://evil.example" + ownFactorsPath + "?confirm=codes":   "",
		"//evil.example/account/security/factors?confirm=remove_app": "",
	} {
		assert.Equal(t, want, nextPage(text), text)
	}
}

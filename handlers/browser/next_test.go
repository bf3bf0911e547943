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
	for _, other := range []string{
		"", "/", "/login", "/accounts", "/admin/", "/administer", "/admin/../oauth/logout", "/account/", "//account", "/account//evil.example", "/account/../oauth/logout", "/account/./apps", `/account\evil`, "/account?x=1", "/account#x",
		"https://evil.example/account", "//evil.example/account", "account", "/account/%2e%2e/x", "/account/\n", "/account/apps;x", "/Account", "/account/" + strings.Repeat("a", 100),
	} {
		assert.Empty(t, nextPage(other), other)
	}
}

// Whoever was asked to sign in again, on the way to a question, is asked that; and nothing else comes along in a query.
func TestASignInLeadsToAQuestionAboutTheFactors(t *testing.T) {
	t.Parallel()
	const id = "019a2b3c-4d5e-7f60-8123-456789000001"
	for text, want := range map[string]string{
		ownFactorsPath + "?confirm=remove_app":                       ownFactorsPath + "?confirm=remove_app",
		ownFactorsPath + "?passkey=" + id + "&confirm=remove":        ownFactorsPath + "?confirm=remove&passkey=" + id,
		ownFactorsPath + "?confirm=codes&done=x#y":                   ownFactorsPath + "?confirm=codes",
		ownFactorsPath + "?done=x":                                   "",
		ownFactorsPath + "?confirm=":                                 "",
		ownFactorsPath + "?confirm=%2f%2fevil.example":               "",
		ownFactorsPath + "?confirm=" + strings.Repeat("a", 21):       "",
		ownFactorsPath + "?confirm=remove&passkey=//evil.example":    "",
		ownFactorsPath + "?confirm=remove&passkey=%zz":               "",
		"/account?confirm=codes":                                     "",
		"https://evil.example" + ownFactorsPath + "?confirm=codes":   "",
		"//evil.example/account/security/factors?confirm=remove_app": "",
	} {
		assert.Equal(t, want, nextPage(text), text)
	}
}

package browser

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestASignInLeadsToPagesOfTheOwnAccountOnly(t *testing.T) {
	t.Parallel()
	for _, own := range []string{"/account", "/account/profile", "/account/security/password"} {
		assert.Equal(t, own, nextPage(own))
	}
	for _, other := range []string{
		"", "/", "/login", "/accounts", "/account/", "//account", "/account//evil.example", "/account/../oauth/logout", "/account/./apps", `/account\evil`, "/account?x=1", "/account#x",
		"https://evil.example/account", "//evil.example/account", "account", "/account/%2e%2e/x", "/account/\n", "/account/apps;x", "/Account", "/account/" + strings.Repeat("a", 100),
	} {
		assert.Empty(t, nextPage(other), other)
	}
}

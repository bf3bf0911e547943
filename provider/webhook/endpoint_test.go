package webhook

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestURLsOfEndpoints(t *testing.T) {
	t.Parallel()
	local := func(host string) bool { return host == "receiver.internal" }
	for address, message := range map[string]string{
		"https://example.com":                                 "",
		"https://example.com:8443/a/b?tenant=1":               "",
		"https://[2001:db8::1]/":                              "",
		"http://receiver.internal/":                           "",
		"http://RECEIVER.internal:8080/":                      "",
		"http://example.com/":                                 "must be an https URL",
		"http://receiver.internal.example.com/":               "must be an https URL",
		"ftp://example.com/":                                  "must be an https URL",
		"":                                                    "must be an absolute https URL",
		"example.com/events":                                  "must be an absolute https URL",
		"/events":                                             "must be an absolute https URL",
		"https:///events":                                     "must be an absolute https URL",
		"https://:443/":                                       "must be an absolute https URL",
		"https://example.com/a b":                             "must be an absolute https URL",
		"https://example.com/\x00":                            "must be an absolute https URL",
		"https://example.com/\xff":                            "must be an absolute https URL",
		"javascript:alert(1)":                                 "must be an absolute https URL",
		"https://user@example.com/":                           "must have no user name and no password",
		"https://user:password@example.com/":                  "must have no user name and no password",
		"https://example.com:0/":                              "must have a port between 1 and 65535",
		"https://example.com:65536/":                          "must have a port between 1 and 65535",
		"https://example.com:99999/hook":                      "must have a port between 1 and 65535",
		"https://example.com:65535/":                          "",
		"https://example.com/#":                               "must have no fragment",
		"https://example.com/#part":                           "must have no fragment",
		"https://example.com/" + strings.Repeat("a", 2029):    "must have at most 2048 bytes",
		"https://example.com/" + strings.Repeat("a", 2048-20): "",
	} {
		err := (&Endpoint{URL: address}).prepare(local)
		if message == "" {
			assert.NoError(t, err, address)
			continue
		}
		var invalid *InvalidEndpoint
		if assert.ErrorAs(t, err, &invalid, address) {
			assert.Equal(t, []string{"url", message}, []string{invalid.Property, invalid.Fault.String()}, address)
		}
	}
}

func TestPropertiesOfEndpoints(t *testing.T) {
	t.Parallel()
	for property, e := range map[string]Endpoint{
		"description": {Description: strings.Repeat("a", 501)},
		"event_types": {Types: []string{"user.created", "user.made"}},
	} {
		e.URL = "https://example.com/"
		var invalid *InvalidEndpoint
		require.ErrorAs(t, e.prepare(nil), &invalid)
		assert.Equal(t, property, invalid.Property)
	}
	require.EqualError(t, (&Endpoint{URL: "https://example.com/", Description: "a\x1b[2J"}).prepare(nil), "description must not have the control character U+001B", "a terminal would obey it")
	require.EqualError(t, (&Endpoint{URL: "https://example.com/", Description: "gnillib\u202e"}).prepare(nil), "description must not have U+202E, which changes the direction of text")
	e := Endpoint{URL: "https://example.com/", Types: []string{"user.deleted", "user.created", "user.deleted"}}
	require.NoError(t, e.prepare(nil))
	assert.Equal(t, []string{"user.created", "user.deleted"}, e.Types)
}

// The path is a secret where the receiver is a chat room, the query where it has a token.
func TestURLsAreRecordedWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	seen := map[any]string{}
	for _, address := range []string{
		"https://hooks.example.com/services/T00/B00/secret", "https://hooks.example.com/services/T00/B00/other-secret",
		"https://hooks.example.com/?token=secret", "https://hooks.example.com?token=secret2", "https://hooks.example.com:8443/secret",
	} {
		shown := (&Endpoint{URL: address}).record()["url"]
		assert.Regexp(t, `^https://hooks\.example\.com(:8443)?/… sha256:[0-9a-f]{12}$`, shown)
		assert.NotContains(t, shown, "secret")
		assert.Empty(t, seen[shown], "%s is another one", address)
		seen[shown] = address
	}
	for _, address := range []string{"https://hooks.example.com", "https://hooks.example.com/"} {
		assert.Equal(t, "https://hooks.example.com/", (&Endpoint{URL: address}).record()["url"])
	}
}

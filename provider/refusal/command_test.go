package refusal_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestACommandLetsTheNextRequestThrough(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]refusal.Record{
		"gatehouse client update shop --add-redirect-uri 'https://shop.example/cb?a=1&b=2'": {Check: refusal.CheckRedirectURI, Field: refusal.FieldRedirectURI, Received: "https://shop.example/cb?a=1&b=2"},
		"gatehouse client update shop --add-post-logout-redirect-uri 'https://x.example/'":  {Check: refusal.CheckLogout, Field: refusal.FieldPostLogout, Received: "https://x.example/"},
		"gatehouse client update shop --add-scope 'orders:read'":                            {Check: refusal.CheckScope, Field: refusal.FieldScope, Received: "orders:read"},
		"gatehouse client update shop --add-grant-type refresh_token":                       {Check: refusal.CheckClientGrant, Field: refusal.FieldGrantType, Received: "refresh_token"},
		"gatehouse client update shop --allow-plain-pkce":                                   {Check: refusal.CheckPKCEMethod, Field: refusal.FieldPKCEMethod, Received: "plain"},
		"gatehouse client update shop --auth-method any":                                    {Check: refusal.CheckClientMethod, Field: refusal.FieldAuthMethod, Expected: "client_secret_basic", Received: "client_secret_post"},
		"gatehouse client update shop --add-audience 'https://id.example/api/v1'":           {Check: refusal.CheckManagementAudience, Field: refusal.FieldAudience, Expected: "https://id.example/api/v1", Received: "https://other.example"},
		"gatehouse client update shop --add-scope 'gatehouse:keys:read'":                    {Check: refusal.CheckManagement, Field: refusal.FieldScope, Expected: "gatehouse:keys:read", Received: "openid"},
		"gatehouse client update shop --add-scope 'gatehouse:keys:write'":                   {Check: refusal.CheckAuthority, Field: refusal.FieldScope, Expected: "gatehouse:keys:write"},
		"gatehouse client enable shop":                                                      {Check: refusal.CheckClientDisabled},
		"gatehouse client rotate-secret shop":                                               {Check: refusal.CheckClientSecret},
	} {
		r.ClientID = "shop"
		assert.Equal(t, want, r.Command())
		r.ClientID = ""
		assert.Empty(t, r.Command())
	}
	for _, none := range []refusal.Record{
		{Check: refusal.CheckInternal},
		// Never less authentication than the client has.
		{Check: refusal.CheckClientMethod, Field: refusal.FieldAuthMethod, Expected: "client_secret_basic", Received: "none"},
		{Check: refusal.CheckClientMethod, Field: refusal.FieldAuthMethod, Expected: "private_key_jwt", Received: "client_secret_post"},
		{Check: refusal.CheckClientMethod, Field: refusal.FieldAuthMethod, Expected: "none", Received: "client_secret_basic"},
		{Check: refusal.CheckScope}, // no scope was asked
		{Check: refusal.CheckScope, Field: refusal.FieldTime, Received: "x"},
		{Check: refusal.CheckRedirectURI, Field: refusal.FieldRedirectURI, Received: "https://shop.example/cut…"},
		{Check: refusal.CheckRedirectURI, Field: refusal.FieldRedirectURI, Received: "https://shop.example/\x1b[2Ka"},
		{Check: refusal.CheckRedirectURI, Field: refusal.FieldRedirectURI, Received: "https://shop.example/\u202ea"},
		{Check: refusal.CheckPKCEMethod, Field: refusal.FieldPKCEMethod, Received: "s256"},
		// What was expected did not fit into the record.
		{Check: refusal.CheckManagement, Field: refusal.FieldScope, Received: "openid"},
		{Check: refusal.CheckManagementAudience, Field: refusal.FieldAudience, Expected: "https://id.exa…", Received: "x"},
		// The client has the scope, and must ask for it.
		{Check: refusal.CheckManagementToken, Field: refusal.FieldScope, Expected: "gatehouse:keys:read"},
	} {
		none.ClientID = "shop"
		assert.Empty(t, none.Command(), none)
	}
}

// What a caller sent stays one word of the command, whatever it is.
func TestACommandHoldsItsValueTogether(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"'; touch /tmp/x; '", "$(id)", "`id`", "a b", `\`, `'\''`, "!!", "*", "-rf", "a'b'c", "~", "#"} {
		id := value
		if id == "-rf" {
			assert.Empty(t, refusal.Record{Check: refusal.CheckClientDisabled, ClientID: id}.Command(), "it would be read as a flag")
			id = "shop"
		}
		command := refusal.Record{Check: refusal.CheckRedirectURI, Field: refusal.FieldRedirectURI, ClientID: id, Received: value}.Command()
		require.NotEmpty(t, command, value)
		out, err := exec.Command("sh", "-c", "gatehouse() { printf '%s\\n' \"$@\"; }; "+command).CombinedOutput()
		require.NoError(t, err, string(out))
		assert.Equal(t, []string{"client", "update", id, "--add-redirect-uri", value}, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"))
	}
}

// A record keeps as much of what was received as there is room for: it is what has to be
// registered. What was expected is registered already.
func TestRecordsKeepWhatWasReceivedWhole(t *testing.T) {
	t.Parallel()
	recorder := refusal.NewRecorder(newSeal())
	registered := "https://app.example.com/callback"
	for size, kept := range map[int]bool{40: true, 80: true, 120: true, 180: true, 299: false, 5000: false} {
		received := registered + strings.Repeat("x", max(size-len(registered), 0))
		r := refusal.New(refusal.InvalidRequest, refusal.CheckRedirectURI, "").For("a-client-of-some-length").
			Compare(refusal.FieldRedirectURI, strings.Repeat(registered+" ", 3), received)
		back, err := recorder.Open(recorder.ID(refusal.Record{
			Code: r.Code, Check: r.Check, ClientID: r.ClientID, Field: r.Field, Expected: r.Expected, Received: r.Received,
			Route: "/oauth/authorize", RequestID: strings.Repeat("a", 32),
		}))
		require.NoError(t, err)
		assert.Equal(t, kept, back.Received == received, "%d: %s", size, back.Received)
		assert.Contains(t, back.Received, registered, size)
	}
}

// A path may hold a token that was put there by mistake: it is never kept whole.
func TestPathsAreCut(t *testing.T) {
	t.Parallel()
	r := refusal.New(refusal.NotFound, refusal.CheckNotFound, "").Compare(refusal.FieldPath, "", "/oauth/access_token_valid/gh_at_secret")
	assert.Equal(t, "/oauth/access_to…", r.Received)
}

// A scope may have most characters that mean something to a shell.
func TestScopeDescribe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"read":        `gatehouse scope describe read "..." --dev`,
		"things:read": `gatehouse scope describe 'things:read' "..." --dev`,
		"$(id)`id`;&": "gatehouse scope describe '$(id)`id`;&' \"...\" --dev",
		"it's":        `gatehouse scope describe 'it'\''s' "..." --dev`,
		"-x":          `gatehouse scope describe --dev -- '-x' "..."`,
	} {
		assert.Equal(t, want, refusal.ScopeDescribe(name, " --dev"))
	}
}

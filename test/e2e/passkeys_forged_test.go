package e2e_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// optionsOf are what a page asks a passkey for.
func optionsOf(t *testing.T, page response) json.RawMessage {
	t.Helper()
	m := regexp.MustCompile(` data-(?:get|create)="([^"]*)"`).FindStringSubmatch(page.body)
	require.NotNil(t, m, "no request to a passkey in:\n%s", page.body)
	return json.RawMessage(html.UnescapeString(m[1]))
}

// asserted is the form of a page with what the authenticator responds.
func asserted(t *testing.T, page response, a *passkeytest.Authenticator, changes ...passkeytest.Change) url.Values {
	t.Helper()
	answer, err := a.Assert(optionsOf(t, page), changes...)
	require.NoError(t, err)
	return url.Values{"use": {"passkey"}, "ceremony": {hidden(t, page, "ceremony")}, "response": {string(answer)}}
}

// What no browser would send is refused by the server.
func TestForgedPasskeysAreRefused(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SECOND_FACTOR_FOR=everyone", manyCodes)
	alice := &person{server: s, t: t, name: "alice", password: "wonderland"}
	alice.setUp("passkey")
	try := func(change passkeytest.Change) bool {
		p := s.userAgent(t)
		return p.sent(asserted(t, p.open("/login"), alice.key, change))
	}
	for name, change := range map[string]passkeytest.Change{
		"another origin":   func(r *passkeytest.Response) { r.Client["origin"] = "https://evil.example" },
		"another port":     func(r *passkeytest.Response) { r.Client["origin"] = "http://localhost:1" },
		"an origin within": func(r *passkeytest.Response) { r.Client["origin"] = s.url + ".evil.example" },
		"a frame": func(r *passkeytest.Response) {
			r.Client["crossOrigin"] = true
			r.Client["topOrigin"] = "https://evil.example"
		},
		"another ceremony":   func(r *passkeytest.Response) { r.Client["type"] = "webauthn.create" },
		"another challenge":  func(r *passkeytest.Response) { r.Client["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
		"another party":      func(r *passkeytest.Response) { r.RPID = "evil.example" },
		"not verified":       func(r *passkeytest.Response) { r.Flags = passkeytest.UserPresent },
		"another signature":  func(r *passkeytest.Response) { r.Signed = func(s []byte) []byte { s[len(s)-1] ^= 1; return s } },
		"another user":       func(r *passkeytest.Response) { r.Handle = []byte("another user") },
		"no user":            func(r *passkeytest.Response) { r.Handle = nil },
		"an unknown passkey": func(r *passkeytest.Response) { r.ID[0] ^= 1 },
	} {
		assert.False(t, try(change), name)
	}
	assert.True(t, try(func(*passkeytest.Response) {}), "what a browser sends")
	p := s.userAgent(t)
	page := p.open("/login")
	for _, text := range []string{"", "{}", "null", "[]", `{"id":""}`, "\x01"} {
		assert.False(t, p.sent(url.Values{"use": {"passkey"}, "ceremony": {hidden(t, page, "ceremony")}, "response": {text}}), text)
	}

	// A request for a second factor is not one for a sign-in, nor the other way round, nor one for a new passkey.
	p = s.userAgent(t)
	proving := p.follow(alice.gives(p))
	require.Contains(t, proving.body, `id="factor-page"`)
	assert.False(t, p.sent(asserted(t, proving, alice.key)))
	signingIn := asserted(t, p.open("/login"), alice.key)
	refused := p.request(http.MethodPost, "/factor", signingIn)
	assert.Equal(t, http.StatusUnprocessableEntity, refused.status)
	assert.False(t, p.signedIn())
	assert.Equal(t, http.StatusSeeOther, p.request(http.MethodPost, "/factor", asserted(t, p.open("/factor"), alice.key)).status)
	assert.True(t, p.signedIn())
}

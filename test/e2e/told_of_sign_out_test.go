package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// startTelling is a server with a client that is told of sign-outs in both ways, and the tokens that it gets.
func startTelling(t *testing.T) (s *server, secret string, told chan string) {
	t.Helper()
	told = make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if len(r.PostForm) == 1 && r.Method == http.MethodPost {
			told <- r.PostForm.Get("logout_token")
		}
	}))
	t.Cleanup(receiver.Close)
	s = prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	s.env = append(s.env, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
	s.run()
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	secret = s.client("app", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback, "--scope", "openid profile email offline_access",
		"--post-logout-redirect-uri", bye, "--backchannel-logout-uri", receiver.URL+"/out",
		"--frontchannel-logout-uri", "https://app.example.test/out?a=%22;b", "--frontchannel-logout-session-required")
	return s, secret, told
}

// A client is told by a logout token that a library verifies, and that nothing here takes for another token.
func TestClientIsToldOfSignOut(t *testing.T) {
	t.Parallel()
	s, secret, told := startTelling(t)
	ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
	op, err := oidc.NewProvider(ctx, issuer)
	require.NoError(t, err)
	var metadata map[string]any
	require.NoError(t, op.Claims(&metadata))
	for _, name := range []string{"backchannel_logout_supported", "backchannel_logout_session_supported", "frontchannel_logout_supported", "frontchannel_logout_session_supported"} {
		assert.Equal(t, true, metadata[name], name)
	}
	assert.NotContains(t, metadata, "check_session_iframe")

	p, hint, _ := signedIn(t, s, secret)
	idToken, err := op.Verifier(&oidc.Config{ClientID: "app"}).Verify(ctx, hint)
	require.NoError(t, err)
	var in struct {
		SID string `json:"sid"`
	}
	require.NoError(t, idToken.Claims(&in))
	// The person proves the password again for this application: the session is another one, and has the same name.
	again := returned(t, p.follow(p.login(p.follow(p.authorize(url.Values{"prompt": {"login"}})), "wonderland")))
	require.NotEmpty(t, again.Get("code"), again)

	page := p.logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"x y"}})
	require.Equal(t, http.StatusOK, page.status)
	frame := "https://app.example.test/out?a=%22;b&amp;" + url.Values{"iss": {issuer}, "sid": {in.SID}}.Encode()
	assert.Contains(t, page.body, `src="`+frame[:len("https://app.example.test/out?a=%22;b&amp;iss=")], page.body)
	assert.Contains(t, page.body, "sid="+in.SID)
	assert.Contains(t, page.body, `id="logout-continue"`)
	assert.Contains(t, page.body, `href="`+bye+`?state=x&#43;y"`)
	policy := page.header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "; frame-src https://app.example.test; script-src 'self'")
	assert.Contains(t, policy, "default-src 'none'")
	assert.Contains(t, policy, "frame-ancestors 'none'")
	assert.Equal(t, "DENY", page.header.Get("X-Frame-Options"))
	assert.False(t, p.in())

	names := map[string]bool{}
	var text string
	for range 2 { // the browser signed in twice, so the client knows it by two names
		select {
		case text = <-told:
		case <-time.After(10 * time.Second):
			t.Fatal("the client is not told")
		}
		token, err := op.Verifier(&oidc.Config{ClientID: "app"}).VerifyLogout(ctx, text)
		require.NoError(t, err)
		var claims map[string]any
		require.NoError(t, token.Claims(&claims))
		assert.Equal(t, idToken.Subject, token.Subject)
		assert.Equal(t, map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}, claims["events"])
		assert.NotContains(t, claims, "nonce")
		assert.Equal(t, 2*time.Minute, token.Expiry.Sub(token.IssuedAt))
		_, err = provider.ParseID(claims["jti"].(string))
		require.NoError(t, err)
		names[claims["sid"].(string)] = true
	}
	assert.True(t, names[in.SID], "the name in the first ID token")
	var header struct{ Alg, Typ string }
	first, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[0])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(first, &header))
	assert.Equal(t, "RS256 logout+jwt", header.Alg+" "+header.Typ)

	q, _, _ := signedIn(t, s, secret)
	assert.Equal(t, "invalid_request", returned(t, q.authorize(url.Values{"prompt": {"none"}, "id_token_hint": {text}})).Get("error"))
	assert.Contains(t, q.logout(url.Values{"id_token_hint": {text}, "post_logout_redirect_uri": {bye}}).body, `id="logout-page"`, "it is no hint")
	assert.Equal(t, http.StatusUnauthorized, s.userInfo(text).status)
	assert.False(t, s.active("app", secret, text))
}

// Whoever ends a session, and though the process is killed before it tells anybody.
func TestClientIsToldAfterACrash(t *testing.T) {
	t.Parallel()
	s, secret, told := startTelling(t)
	signedIn(t, s, secret)
	s.stop()
	s.command("user", "disable", "alice")
	s.run()
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Fatal("the client is not told")
	}
	s.soon(func() bool { return strings.Contains(string(s.command("client", "logouts", "app")), "delivered") }, "not listed")
	var all []map[string]any
	require.NoError(t, json.Unmarshal(s.command("client", "logouts", "--json"), &all))
	require.Len(t, all, 1)
	assert.Equal(t, []any{"app", "delivered", 1.0, 200.0}, []any{all[0]["client_id"], all[0]["state"], all[0]["tries"], all[0]["status"]})
}

// Who signs in while another user is signed in in the browser ends that session, and its applications are told in both
// ways. The page that tells them leads on to the request.
func TestClientsAreToldWhenAnotherUserSignsIn(t *testing.T) {
	t.Parallel()
	s, secret, told := startTelling(t)
	s.stdin("wonderland\n", "user", "create", "bob", "--email", "bob@example.com", "--password-stdin")
	p, idToken, access := signedIn(t, s, secret)
	page := p.follow(p.authorize(url.Values{"prompt": {"login"}}))
	page = p.request(http.MethodPost, "/login", url.Values{"flow": {hidden(t, page, "flow")}, "username": {"bob"}, "password": {"wonderland"}, "action": {"login"}})
	require.Equal(t, http.StatusOK, page.status, page.body)
	assert.Contains(t, page.body, "sid="+claim(t, idToken, "sid").(string))
	assert.Contains(t, page.body, "bob")
	assert.Contains(t, page.header.Get("Content-Security-Policy"), "; frame-src https://app.example.test; script-src 'self'")
	_, next, found := strings.Cut(page.body, `id="logout-continue" class="button" href="`)
	require.True(t, found)
	next, _, _ = strings.Cut(next, `"`)
	assert.Contains(t, p.open(html.UnescapeString(next)).body, `id="consent-page"`)
	assert.False(t, s.active("app", secret, access), "what was issued in the session")
	select {
	case text := <-told:
		assert.Equal(t, []any{claim(t, idToken, "sid"), claim(t, idToken, "sub")}, []any{claim(t, text, "sid"), claim(t, text, "sub")})
	case <-time.After(10 * time.Second):
		t.Fatal("the client is not told")
	}
}

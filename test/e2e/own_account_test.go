package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/storage"
)

// submit posts a form of a page of the own account, as a browser does, and goes on to the page that says what was done.
func (p *userAgent) submit(page, action string, form url.Values) response {
	p.t.Helper()
	form.Set("page", hidden(p.t, p.open(page), "page"))
	return p.follow(p.request(http.MethodPost, action, form, "Origin", issuer, "Sec-Fetch-Site", "same-origin"))
}

// One click ends everything that an application has, for whoever follows the feed as well, and the receipt of it
// verifies with the published key.
func TestAccessOfAnApplicationIsEnded(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("books", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback, "--scope", "openid email offline_access")
		feed := s.token("invoices-api", s.follower("invoices-api"), feedToken())
		time.Sleep(2500 * time.Millisecond) // until the server has loaded the new clients
		p := s.userAgent(t)
		ask := url.Values{"client_id": {"books"}, "scope": {"openid email offline_access"}, "prompt": {"consent"}}
		require.Equal(t, http.StatusSeeOther, p.signInAs("alice").status)
		code := returned(t, p.agree(p.authorize(ask), true)).Get("code")
		got := s.post("/oauth/token", "books", secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}).json(t)
		refresh, _ := got["refresh_token"].(string)
		require.NotEmpty(t, refresh)
		got = s.post("/oauth/token", "books", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}).json(t)
		access, _ := got["access_token"].(string)
		refresh, _ = got["refresh_token"].(string)
		require.True(t, s.active("books", secret, access))

		apps := p.open("/account/apps")
		for _, shown := range []string{"<h2>books</h2>", "See your email address", "Keep this access while you are signed out", "1 sign-in", "renewed by itself 1 time", "127.0.0.0/24"} {
			assert.Contains(t, apps.body, shown)
		}
		before := s.askFeed(feed, url.Values{}).body
		ended := p.submit("/account/apps", "/account/apps", url.Values{"client": {"books"}})
		at := time.Now()
		assert.Contains(t, ended.body, "<strong>books</strong> has no access any more.")
		assert.NotContains(t, ended.body, "<h2>books</h2>")
		assert.False(t, s.active("books", secret, access))
		assert.Equal(t, "invalid_grant", s.post("/oauth/token", "books", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}).json(t)["error"])
		assert.Contains(t, p.authorize(url.Values{"client_id": {"books"}, "scope": {"openid email"}}).body, `id="consent-page"`, "the consent is withdrawn, too")
		s.soon(func() bool { return feedEvents(t, s.askFeed(feed, url.Values{}).body) > feedEvents(t, before) }, "the feed tells")
		assert.Less(t, time.Since(at), 5*time.Second)

		path := regexp.MustCompile(`/account/receipts/[0-9a-f-]{36}`).FindString(ended.body)
		receipt := p.open(path)
		assert.Equal(t, []string{"application/jwt", "no-store"}, []string{receipt.header.Get("Content-Type"), receipt.header.Get("Cache-Control")})
		ctx := oidc.ClientContext(t.Context(), &http.Client{Transport: toServer{s.url}})
		payload, err := oidc.NewRemoteKeySet(ctx, issuer+"/oauth/jwks").VerifySignature(ctx, receipt.body)
		require.NoError(t, err)
		var claims map[string]any
		require.NoError(t, json.Unmarshal(payload, &claims))
		assert.Equal(t, []any{issuer, "books", "books", "email offline_access openid", "user"}, []any{claims["iss"], claims["client_id"], claims["client_name"], claims["scope"], claims["ended_by"]})
		assert.NotEmpty(t, claims["sub"])
		assert.True(t, strings.HasSuffix(path, claims["jti"].(string)))
		assert.InDelta(t, at.Unix(), claims["ended_at"], 10)
		header, err := base64.RawURLEncoding.DecodeString(receipt.body[:strings.IndexByte(receipt.body, '.')])
		require.NoError(t, err)
		assert.Contains(t, string(header), `"typ":"receipt+jwt"`)
		assert.Contains(t, string(header), `"alg":"ES256"`)
		forged := receipt.body[:len(receipt.body)-2] + map[bool]string{true: "AA", false: "BB"}[!strings.HasSuffix(receipt.body, "AA")]
		_, err = oidc.NewRemoteKeySet(ctx, issuer+"/oauth/jwks").VerifySignature(ctx, forged)
		require.Error(t, err)

		s.stdin("wonderland\n", "user", "create", "bob", "--password-stdin")
		bob := s.userAgent(t)
		require.Equal(t, http.StatusSeeOther, bob.signInAs("bob").status)
		assert.Equal(t, http.StatusNotFound, bob.open(path).status, "a receipt is its user's")
		assert.Equal(t, "/login?next=%2Faccount%2Fapps", s.userAgent(t).open(path).header.Get("Location"))
	})
}

func feedEvents(t *testing.T, answer string) int {
	t.Helper()
	parts := strings.Split(answer, ".")
	require.Len(t, parts, 3, answer)
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var feed struct{ Events []any }
	require.NoError(t, json.Unmarshal(payload, &feed))
	return len(feed.Events)
}

// connectApps has a user agree to applications, as the server's processes do.
func connectApps(t *testing.T, databaseURL, username string, many int) {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{URL: databaseURL, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	u, err := store.UserByLogin(t.Context(), username)
	require.NoError(t, err)
	for i := range many {
		c := &client.Client{
			ID: fmt.Sprint("app-", i), Name: fmt.Sprint("Application ", i), Type: client.Web, AuthMethod: client.SecretBasic, GrantTypes: []client.GrantType{client.AuthorizationCode},
			RedirectURIs: []string{callback}, Scopes: []string{"openid", "email"}, TokenFormat: client.Opaque, CreatedAt: time.Now(), UpdatedAt: time.Now(), RefreshTokenRotation: client.Rotate,
		}
		require.NoError(t, store.CreateClient(t.Context(), c))
		agreed := consent.Remembered{}.And(consent.Agreement{Scopes: c.Scopes})
		require.NoError(t, store.Remember(t.Context(), u.ID, c.ID, "", agreed, time.Now()))
	}
}

// Each page takes at most eight statements, also with a hundred applications.
func TestStatementsOfTheOwnAccount(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		const many = 100
		connectApps(t, databaseURL, "alice", many)
		p := s.userAgent(t)
		require.Equal(t, http.StatusSeeOther, p.signInAs("alice").status)
		for _, path := range []string{
			"/account", "/account/profile", "/account/security", "/account/security/password", "/account/sessions", "/account/apps", "/account/activity",
			"/account/data", "/account/delete",
		} {
			page := p.open(path)
			require.Equal(t, http.StatusOK, page.status, path)
			assert.LessOrEqual(t, s.statements(page), 8, path)
		}
		assert.Equal(t, many, strings.Count(p.open("/account/apps").body, `<section class="item">`))
	})
}

func samplePNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 900, 700))))
	return b.Bytes()
}

// An upload becomes the picture claim, at a URL of its own.
func TestPictureOfAUser(t *testing.T) {
	t.Parallel()
	s, secret := startWithUser(t, sqliteFile(t))
	p := s.userAgent(t)
	token := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)["access_token"].(string)
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	require.NoError(t, form.WriteField("page", hidden(t, p.open("/account/profile"), "page")))
	part, err := form.CreateFormFile("picture", "me.png")
	require.NoError(t, err)
	_, err = part.Write(samplePNG(t))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	r, err := http.NewRequest(http.MethodPost, s.url+"/account/picture", body)
	require.NoError(t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", issuer)
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	require.Equal(t, http.StatusSeeOther, s.send(r).status)
	var claims map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.userInfo(token).body), &claims))
	address, _ := claims["picture"].(string)
	assert.Regexp(t, `^`+issuer+`/pictures/[0-9a-f]{32}\.jpg$`, address)
	got := s.get(strings.TrimPrefix(address, issuer))
	assert.Equal(t, []string{"image/jpeg", "public, max-age=31536000, immutable", "cross-origin"}, []string{got.header.Get("Content-Type"), got.header.Get("Cache-Control"), got.header.Get("Cross-Origin-Resource-Policy")})
	size, kind, err := image.DecodeConfig(strings.NewReader(got.body))
	require.NoError(t, err)
	assert.Equal(t, []any{"jpeg", 512, 512}, []any{kind, size.Width, size.Height})
	assert.Equal(t, http.StatusNotFound, s.get("/pictures/"+strings.Repeat("0", 32)+".jpg").status)
	p.submit("/account/profile", "/account/picture/remove", url.Values{})
	assert.NotContains(t, s.userInfo(token).body, "picture")
	assert.Equal(t, http.StatusNotFound, s.get(strings.TrimPrefix(address, issuer)).status)
}

// Who changed their mind signs in again, also in the course of a sign-in to an application.
func TestAccountIsDeletedAfterItsTime(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, sqliteFile(t))
	p := s.userAgent(t)
	require.Equal(t, http.StatusSeeOther, p.signInAs("alice").status)
	gone := p.submit("/account/delete", "/account/delete", url.Values{"action": {"delete"}})
	assert.Contains(t, gone.body, "Your account will be deleted")
	assert.Contains(t, gone.body, `id="deleting"`, "it says when")
	assert.Contains(t, p.open("/account").header.Get("Location"), "/login")

	keep := p.follow(p.login(p.authorize(nil), "wonderland"))
	require.Contains(t, keep.body, "Do you want to keep your account?")
	landing := p.open("/").body
	assert.Contains(t, landing, `id="landing-keep"`)
	assert.NotContains(t, landing, "return to your application", "it lets nobody in")
	assert.Regexp(t, `^/account/delete\?flow=`, p.authorize(nil).header.Get("Location"), "the session alone is good for nothing else")
	assert.Equal(t, "login_required", returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("error"))
	consent := p.follow(p.request(http.MethodPost, "/account/delete", url.Values{"action": {"keep"}, "page": {hidden(t, keep, "page")}, "flow": {hidden(t, keep, "flow")}}, "Origin", issuer))
	assert.Contains(t, consent.body, `id="consent-page"`, "the sign-in goes on")
	assert.NotContains(t, p.open("/account").body, `id="deleting"`)
	p.submit("/account/delete", "/account/delete", url.Values{"action": {"delete"}})
	assert.Contains(t, string(s.command("user", "list", "--deleting")), "alice")
	assert.Equal(t, http.StatusFound, s.get("/.well-known/change-password").status)
}

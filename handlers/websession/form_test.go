package websession_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Only pages of this server submit its forms, in the browser that showed them.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := httptest.NewRecorder()
	token := f.FormToken(w, f.request(t.Context(), ""))
	f.keep(w)
	otherBrowser := f.FormToken(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	flow := f.Seal(httptest.NewRecorder(), f.request(t.Context(), ""), websession.Authorization, []byte("12345678"))
	other := newFixture(t)
	foreign := other.FormToken(httptest.NewRecorder(), other.request(t.Context(), ""))
	for name, tc := range map[string]struct {
		origin, site, page, flow string
		cookie                   string // its name, instead of the browser's cookies
		later                    time.Duration
		accepted                 bool
	}{
		"own page": {origin: issuer, site: "same-origin", accepted: true},
		"own page in a browser without fetch data": {origin: issuer, accepted: true},
		"no browser":                                {accepted: true},
		"another site":                              {origin: "https://evil.example", site: "cross-site"},
		"another site without fetch data":           {origin: "https://evil.example"},
		"another site with a page of its own":       {origin: "https://evil.example", site: "cross-site", page: token},
		"another host of the domain":                {origin: "https://www.id.example", site: "same-site"},
		"origin withheld, own page":                 {origin: "null", page: token, accepted: true},
		"origin withheld, own page with a flow":     {origin: "null", flow: flow, accepted: true},
		"origin withheld, an hour later":            {origin: "null", page: token, later: time.Hour, accepted: true},
		"origin withheld, too late":                 {origin: "null", page: token, later: time.Hour + time.Second},
		"origin withheld, nothing sealed":           {origin: "null"},
		"origin withheld, sealed by another server": {origin: "null", page: foreign},
		"origin withheld, changed":                  {origin: "null", page: token[:len(token)-4] + "AAAA"},
		"origin withheld, a flow as the token":      {origin: "null", page: flow},
		"origin withheld, the token as a flow":      {origin: "null", flow: token},
		"origin withheld, no cookie of that name":   {origin: "null", page: token, cookie: "gatehouse_device"},
		"origin withheld, cookie of another host":   {origin: "null", page: token, cookie: "gatehouse_flow"},
		"origin withheld, the browser's cookie":     {origin: "null", page: token, cookie: "__Host-gatehouse_flow", accepted: true},
		"origin withheld, another browser":          {origin: "null", page: otherBrowser},
		"a frame of another site":                   {origin: "null", site: "cross-site", page: token},
	} {
		started := f.now
		f.now = f.now.Add(tc.later)
		r := f.request(t.Context(), url.Values{"page": {tc.page}, "flow": {tc.flow}, "username": {"alice"}}.Encode())
		if tc.cookie != "" {
			r.Header.Del("Cookie")
			r.AddCookie(&http.Cookie{Name: tc.cookie, Value: f.cookies["__Host-gatehouse_flow"].Value})
		}
		if tc.origin != "" {
			r.Header.Set("Origin", tc.origin)
		}
		if tc.site != "" {
			r.Header.Set("Sec-Fetch-Site", tc.site)
		}
		form, err := f.ReadForm(r, func(form url.Values) bool {
			_, err := f.Open(r, websession.Authorization, form.Get("flow"))
			return err == nil
		})
		f.now = started
		if tc.accepted {
			require.NoError(t, err, name)
			assert.Equal(t, "alice", form.Get("username"), name)
			continue
		}
		var refused *refusal.Refusal
		require.ErrorAs(t, err, &refused, name)
		assert.Equal(t, refusal.CheckCrossSite, refused.Check, name)
	}
}

// A page without any sealed value but the token needs no more than that.
func TestTokenAloneProvesAForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := httptest.NewRecorder()
	token := f.FormToken(w, f.request(t.Context(), ""))
	f.keep(w)
	for value, accepted := range map[string]bool{token: true, "": false, "x": false} {
		r := f.request(t.Context(), url.Values{websession.TokenField: {value}}.Encode())
		r.Header.Set("Origin", "null")
		_, err := f.ReadForm(r, nil)
		assert.Equal(t, accepted, err == nil, value)
	}
}

// A browser is the same at each request, and no other one; without a page there is none yet.
func TestBrowsersAreToldApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	nobody, known := f.Browser(f.request(t.Context(), ""))
	assert.False(t, known)
	seen := map[[32]byte]bool{nobody: true}
	for range 3 {
		f.cookies = map[string]*http.Cookie{}
		w := httptest.NewRecorder()
		f.FormToken(w, f.request(t.Context(), ""))
		f.keep(w)
		id, known := f.Browser(f.request(t.Context(), ""))
		assert.True(t, known)
		assert.False(t, seen[id])
		again, _ := f.Browser(f.request(t.Context(), ""))
		assert.Equal(t, id, again)
		seen[id] = true
	}
	f.cookies["flow"] = &http.Cookie{Name: "__Host-gatehouse_flow", Value: "short"}
	delete(f.cookies, "__Host-gatehouse_flow")
	_, known = f.Browser(f.request(t.Context(), ""))
	assert.False(t, known)
}

// The cookie that values are sealed for is random, set once, and replaced if it is not this server's.
func TestBrowsersAreBoundByOneCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	binder := func(sent string) string {
		f.cookies = map[string]*http.Cookie{}
		if sent != "" {
			f.cookies["flow"] = &http.Cookie{Name: "__Host-gatehouse_flow", Value: sent}
		}
		w := httptest.NewRecorder()
		f.FormToken(w, f.request(t.Context(), ""))
		for _, c := range w.Result().Cookies() {
			assert.Equal(t, "__Host-gatehouse_flow", c.Name)
			assert.True(t, c.Secure && c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.Domain == "" && c.Path == "/" && c.MaxAge == 0)
			return c.Value
		}
		return ""
	}
	first := binder("")
	assert.Len(t, first, 43)
	assert.NotEqual(t, first, binder(""))
	assert.Empty(t, binder(first), "the cookie is there already")
	assert.Len(t, binder("short"), 43)

	sealed := f.Config.Seal.SealFor(nil, []byte("x"))
	f.cookies = map[string]*http.Cookie{}
	_, err := f.Open(f.request(t.Context(), ""), websession.Authorization, base64.RawURLEncoding.EncodeToString(sealed))
	assert.ErrorIs(t, err, websession.ErrForeign, "a browser without the cookie opens nothing")
}

// A form about an account is that of the user to whom it was shown, whatever the browser says about where it was.
func TestFormsOfOtherUsersAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := httptest.NewRecorder()
	shown := f.UserToken(w, f.request(t.Context(), ""), provider.ID{1})
	f.keep(w)
	again := httptest.NewRecorder()
	plain := f.FormToken(again, f.request(t.Context(), ""))
	read := func(user provider.ID, token, origin string) error {
		r := f.request(t.Context(), url.Values{"page": {token}}.Encode())
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		_, err := f.ReadUserForm(r, user)
		return err
	}
	for _, origin := range []string{issuer, "null", ""} {
		require.NoError(t, read(provider.ID{1}, shown, origin), origin)
		require.ErrorIs(t, read(provider.ID{2}, shown, origin), websession.ErrOtherUser, origin)
	}
	for name, token := range map[string]string{"none": "", "changed": shown[:len(shown)-4] + "AAAA", "of a page without a user": plain} {
		require.ErrorIs(t, read(provider.ID{1}, token, issuer), websession.ErrOtherUser, name)
		require.Error(t, read(provider.ID{1}, token, "null"), name)
	}
	f.now = f.now.Add(time.Hour + time.Second)
	require.NoError(t, read(provider.ID{1}, shown, issuer), "whoever takes long")
	require.Error(t, read(provider.ID{1}, shown, "null"))
}

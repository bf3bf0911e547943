package pages_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// shownIn is the language of the page that answers the request.
func shownIn(t *testing.T, set *pages.Set, r *http.Request, uiLocales string) string {
	t.Helper()
	w := httptest.NewRecorder()
	require.NoError(t, set.For(r, pages.UILocales(uiLocales)...).Landing(w, pages.Landing{}))
	assert.Equal(t, []string{"Accept-Language, Cookie"}, w.Header()["Vary"])
	return w.Header().Get("Content-Language")
}

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{LanguageCookie: "gatehouse_language"})
	require.NoError(t, err)
	for _, tc := range []struct{ uiLocales, cookie, accept, want string }{
		{"", "", "", "en"},
		{"", "", "de", "de"},
		{"", "", "de-AT", "de"},
		{"", "", "es-419", "es"},
		{"", "", "fr-CA;q=0.5, es;q=0.9", "es"},
		{"", "", "fr;q=0, de;q=0.1", "de"},
		{"", "", "en-US,en;q=0.9,de;q=0.8", "en"},
		{"", "", "zh", "en"},
		{"", "", "zh-CN, zh;q=0.9, fr;q=0.1", "fr"},
		{"", "", "*", "en"},
		{"", "", "gsw", "de"},
		{"", "", "\x00\xff;q=;;q=1,,,--", "en"},
		{"", "", "garbage!!, de;q=x, fr", "fr"},
		{"", "", strings.Repeat("zh, ", 1000) + "de", "en"},
		{"", "", strings.Repeat("x", 100_000), "en"},
		{"", "", strings.Repeat("de-", 10_000), "en"},
		{"", "", "de" + strings.Repeat(", zh", 10_000), "de"},
		{"", "es", "de", "es"},
		{"", "xx", "de", "de"},
		{"", "../de", "fr", "fr"},
		{"fr", "es", "de", "fr"},
		{"zh fr-CH de", "es", "de", "fr"},
		{"zh", "es", "de", "es"},
		{"zh", "", "de", "de"},
		{"de_DE", "", "", "de"},
		{strings.Repeat("zh ", 1000) + "fr", "", "de", "de"},
	} {
		r := reader(tc.accept)
		if tc.cookie != "" {
			r.AddCookie(&http.Cookie{Name: "gatehouse_language", Value: tc.cookie})
		}
		assert.Equal(t, tc.want, shownIn(t, set, r, tc.uiLocales), "%.60q", tc)
	}
}

// An error of a request that could not be read is in the language that its query asks for.
func TestLanguageOfARequestThatWasNotRead(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/oauth/authorize?client_id=x&ui_locales=fr+de", nil)
	assert.Equal(t, "fr", shownIn(t, set, r, ""))
}

// Of a hostile header or parameter, only the beginning is read.
func TestNegotiationIsBounded(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	in := set.For(reader(strings.Repeat("de,", 30_000)), pages.UILocales(strings.Repeat("fr ", 300_000))...)
	assert.NotEmpty(t, in.Preferred())
	assert.Less(t, len(in.Preferred()), 350)
}

func TestLanguagesThatThereAre(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	assert.ElementsMatch(t, tags(t), set.Tags())
	assert.Equal(t, "en", set.Tags()[0])
	for _, tag := range tags(t) {
		assert.True(t, set.Has(tag), tag)
	}
	for _, unknown := range []string{"", "zh", "FR", "fr-CH", "../en", "en.json"} {
		assert.False(t, set.Has(unknown), unknown)
	}
	r := reader("de")
	r.AddCookie(&http.Cookie{Name: "gatehouse_language", Value: "fr"})
	assert.Equal(t, "de", shownIn(t, set, r, ""), "the cookie of another server")
}

// The choice leads back to a page that a GET shows: to the flow, or to the same path.
func TestChoiceOfALanguageLeadsBack(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	post := httptest.NewRequest(http.MethodPost, "/consent", nil)
	get := httptest.NewRequest(http.MethodGet, "/a%2Fb?state=secret", nil)
	fault := pages.Error{About: "/errors/abc"}
	for want, write := range map[string]func(http.ResponseWriter) error{
		`name="again" value="/errors/abc"`: func(w http.ResponseWriter) error { return set.For(post).Error(w, 400, fault) },
		`name="again" value="/a%2Fb"`:      func(w http.ResponseWriter) error { return set.For(get).NotFound(w, fault) },
		`name="again" value="/"`:           func(w http.ResponseWriter) error { return set.For(post).NotFound(w, fault) },
		`name="again" value="/login"`:      func(w http.ResponseWriter) error { return set.For(post).Login(w, 422, pages.Login{}) },
		`name="flow" value="sealed"`:       func(w http.ResponseWriter) error { return set.For(get).Login(w, 200, pages.Login{Flow: "sealed"}) },
		`name="again" value="/bye"`:        func(w http.ResponseWriter) error { return set.For(post).LoggedOut(w, pages.LoggedOut{Again: "/bye"}) },
		`name="again" value="/out?confirm=c&amp;ui_locales=en"`: func(w http.ResponseWriter) error {
			return set.For(post).Logout(w, pages.Logout{Action: "/out", Confirm: "c"})
		},
	} {
		w := httptest.NewRecorder()
		require.NoError(t, write(w))
		_, chooser, _ := strings.Cut(w.Body.String(), `action="/language"`)
		assert.Contains(t, chooser, want)
		assert.Contains(t, chooser, `value="en" lang="en" aria-current="true">English</button>`)
		assert.Contains(t, chooser, `value="de" lang="de">Deutsch</button>`)
	}
	w := httptest.NewRecorder()
	require.NoError(t, set.For(get).FormPost(w, pages.FormPost{}))
	assert.NotContains(t, w.Body.String(), "/language", "a response to an application cannot be repeated")
}

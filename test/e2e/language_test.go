package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// choose submits the form for choosing the language of a page, and follows.
func (p *userAgent) choose(page response, language string) response {
	p.t.Helper()
	_, chooser, _ := strings.Cut(page.body, `action="/language"`)
	form := url.Values{"language": {language}}
	field := "again"
	if strings.Contains(chooser, `name="flow"`) {
		field = "flow"
	}
	form.Set(field, hidden(p.t, response{body: chooser}, field))
	return p.follow(p.request(http.MethodPost, "/language", form))
}

func inLanguage(t *testing.T, tag, marker string, page response) {
	t.Helper()
	assert.Contains(t, page.body, `<html lang="`+tag+`">`)
	assert.Contains(t, page.body, marker)
	assert.Equal(t, tag, page.header.Get("Content-Language"))
	assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
	assert.Contains(t, strings.Join(page.header.Values("Vary"), ", "), "Accept-Language, Cookie")
}

// The whole way through a flow keeps the language that the application asks for, until the user
// chooses another one: that stays, also outside the flow.
func TestLanguageOfAFlow(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "")
	p := s.userAgent(t)
	assert.Equal(t, []any{"en", "de", "es", "fr"}, s.get("/.well-known/openid-configuration").json(t)["ui_locales_supported"])
	german := url.Values{"ui_locales": {"zh de-CH en"}, "prompt": {"consent"}}
	page := p.authorize(german)
	inLanguage(t, "de", `id="login-page"`, page)
	page = p.login(page, "wrong")
	inLanguage(t, "de", "Diese Anmeldedaten sind falsch. Prüfen Sie beide Felder.", page)

	page = p.choose(page, "es")
	inLanguage(t, "es", `id="login-page"`, page)
	page = p.login(page, "wrong")
	inLanguage(t, "es", "no son correctos", page)
	page = p.follow(p.login(page, "wonderland"))
	inLanguage(t, "es", "<strong>app</strong> solicita permiso para:", page)
	assert.Contains(t, page.body, "<li>Ver su nombre y otros datos de su perfil</li>")
	page = p.choose(page, "fr")
	inLanguage(t, "fr", "<strong>app</strong> souhaite\u00a0:", page)
	consent := page
	assert.Equal(t, "s t/a+te", returned(t, p.agree(page, true)).Get("state"))
	finished := p.agree(consent, true)
	inLanguage(t, "fr", "Déjà terminé", finished)
	assert.Contains(t, finished.body, `<dd lang="en">`)
	inLanguage(t, "fr", `id="explanation-page"`, p.choose(finished, "fr"))

	inLanguage(t, "fr", `id="login-page"`, p.open("/login"))
	inLanguage(t, "de", `id="consent-page"`, p.authorize(german))
	inLanguage(t, "de", `id="login-page"`, p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, p.authorize(german), "flow")}, "action": {"switch"}}))
}

func TestLanguageOfErrorsAndSignOut(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "")
	p := s.userAgent(t)
	// An error before the request is known, in the language that it asks for; the choice leads to what
	// the error means, and never repeats the request.
	page := p.authorize(url.Values{"redirect_uri": {"https://evil.example/"}, "ui_locales": {"de"}})
	inLanguage(t, "de", "Redirect-URI nicht registriert", page)
	page = p.choose(page, "fr")
	inLanguage(t, "fr", "Ce que signifie l’erreur", page)
	assert.Contains(t, page.body, "URI de redirection non enregistrée")
	inLanguage(t, "es", "Qué significa el error", p.choose(page, "es"))
	inLanguage(t, "es", "Página no encontrada", p.request(http.MethodGet, "/nothing", nil, "Accept", "text/html"))
	// The answer to a form that a GET does not show leads to the explanation.
	page = p.request(http.MethodPost, "/consent", url.Values{"flow": {"broken"}})
	inLanguage(t, "es", "Esta página ya no se puede utilizar", page)
	inLanguage(t, "de", `id="explanation-page"`, p.choose(page, "de"))

	// The question whether to sign out, and what follows, with what the application asked for.
	p.signIn(nil)
	page = p.open("/oauth/logout?client_id=app&ui_locales=es")
	inLanguage(t, "es", "¿Cerrar sesión?", page)
	inLanguage(t, "es", "Sesión cerrada", p.follow(p.confirm(page)))
	p.signIn(nil)
	page = p.choose(p.open("/oauth/logout?client_id=app&ui_locales=es"), "fr")
	inLanguage(t, "fr", "<strong>app</strong> demande à vous déconnecter.", page)
	page = p.follow(p.confirm(page))
	inLanguage(t, "fr", "Votre session est fermée", page)
	inLanguage(t, "en", `id="logged-out"`, p.choose(page, "en"))
}

// The form for choosing the language sends the browser nowhere else, sets no other cookie, and is
// refused from other sites.
func TestChoosingALanguageIsNoWayToOtherSites(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "")
	p := s.userAgent(t)
	for _, again := range []string{"https://evil.example/", "//evil.example/", `/\evil.example/`, "/\t/evil.example", "javascript:alert(1)", "", "/" + strings.Repeat("a", 5000)} {
		got := p.request(http.MethodPost, "/language", url.Values{"language": {"de"}, "again": {again}})
		assert.Equal(t, http.StatusSeeOther, got.status, again)
		assert.Equal(t, "/", got.header.Get("Location"), again)
	}
	assert.Equal(t, map[string]string{"__Host-gatehouse_language": "de"}, p.cookies)
	for _, wrong := range []string{"", "zh", "DE", "de\x00", "../de", strings.Repeat("d", 10_000)} {
		got := s.userAgent(t).request(http.MethodPost, "/language", url.Values{"language": {wrong}, "again": {"/login"}})
		assert.Equal(t, http.StatusBadRequest, got.status, wrong)
		assert.Empty(t, got.header.Values("Set-Cookie"))
	}
	got := p.request(http.MethodPost, "/language", url.Values{"language": {"de"}, "again": {"/"}}, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, got.status)
	assert.Empty(t, got.header.Values("Set-Cookie"))
	stolen := hidden(t, p.authorize(nil), "flow")
	got = s.userAgent(t).request(http.MethodPost, "/language", url.Values{"language": {"fr"}, "flow": {stolen}})
	assert.Equal(t, http.StatusBadRequest, got.status, "the flow of another browser")

	// A flow that is too long for a redirect goes on without one.
	long := p.authorize(url.Values{"state": {strings.Repeat("s", 3000)}})
	page := p.request(http.MethodPost, "/language", url.Values{"language": {"fr"}, "flow": {hidden(t, long, "flow")}})
	require.Equal(t, http.StatusOK, page.status)
	inLanguage(t, "fr", `id="login-page"`, page)
	assert.Equal(t, strings.Repeat("s", 3000), returned(t, p.agree(p.login(page, "wonderland"), false)).Get("state"))
}

// The pages of a sign-in in each language, on a phone and on a desk, in both themes; one of them all
// the way by the person, who chooses the language.
func TestSignInInTheLanguageOfThePerson(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t))
	w.do(chromedp.EmulateViewport(375, 812))
	w.start()
	w.do(chromedp.WaitVisible("#login-page"), chromedp.Click(`.languages [value="de"]`), chromedp.WaitVisible(`.languages [value="de"][aria-current]`))
	assert.Equal(t, "de", read(w, chromedp.Evaluate[string](`document.documentElement.lang`)))
	w.do(login("wrong"), chromedp.WaitVisible("#problem"))
	assert.Equal(t, "Diese Anmeldedaten sind falsch. Prüfen Sie beide Felder.", read(w, chromedp.Text("#problem")))
	w.do(chromedp.SendKeys("#password", "wonderland\r"), chromedp.WaitVisible("#consent-page"))
	consent := read(w, chromedp.Text("#consent-page"))
	for _, text := range []string{"Zugriff erlauben?", "Angemeldet als alice.", "Demo browser application bittet um folgende Berechtigungen:", "Ihre E‑Mail-Adresse sehen", "Dies gilt, bis Sie sich abmelden, höchstens 90 Tage.", "Nicht erlauben"} {
		assert.Contains(t, consent, text)
	}
	w.do(chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))

	for _, tag := range []string{"en", "de", "fr", "es"} {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{375, 1280} {
				w.do(chromedp.EmulateViewport(width, 900), prefer(theme))
				locale := oauth2.SetAuthURLParam("ui_locales", tag)
				w.start(locale, oauth2.SetAuthURLParam("prompt", "login"))
				w.do(chromedp.WaitVisible("#login-page"))
				w.screenshot("login-"+tag, theme, width)
				w.start(locale, oauth2.SetAuthURLParam("prompt", "consent"))
				w.do(chromedp.WaitVisible("#consent-page"))
				w.screenshot("consent-"+tag, theme, width)
				w.start(locale, oauth2.SetAuthURLParam("redirect_uri", "https://evil.example/"))
				w.do(chromedp.WaitVisible("#error-page"))
				w.screenshot("error-"+tag, theme, width)
				assert.Equal(t, tag, read(w, chromedp.Evaluate[string](`document.documentElement.lang`)))
			}
		}
	}
}

package pages_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

const evil = `"><script>alert(1)</script>`

func everyPage(t *testing.T, dev bool) map[string]*httptest.ResponseRecorder {
	t.Helper()
	set, err := pages.New(dev)
	require.NoError(t, err)
	all := map[string]*httptest.ResponseRecorder{}
	show := func(name string, write func(http.ResponseWriter) error) {
		w := httptest.NewRecorder()
		require.NoError(t, write(w))
		all[name] = w
	}
	fault := pages.Error{Title: evil, Description: evil, Hint: evil, About: "javascript:" + evil, RequestID: evil, Field: evil, Expected: "expected " + evil, Received: "received " + evil}
	show("landing", func(w http.ResponseWriter) error {
		return set.Landing(w, pages.Landing{Issuer: evil, Discovery: "/d", Metadata: "/m", Keys: "/k", Reference: "/r"})
	})
	show("landing_signed_in", func(w http.ResponseWriter) error {
		return set.Landing(w, pages.Landing{Issuer: evil, Discovery: "/d", Metadata: "/m", Keys: "/k", Username: evil, Logout: "/oauth/logout", Demo: "javascript:" + evil})
	})
	show("error", func(w http.ResponseWriter) error { return set.Error(w, http.StatusBadRequest, fault) })
	show("error_that_passes", func(w http.ResponseWriter) error {
		passing := fault
		passing.Wait = pages.WaitFor(15 * time.Minute)
		return set.Error(w, http.StatusTooManyRequests, passing)
	})
	show("not_found", func(w http.ResponseWriter) error { return set.NotFound(w, fault) })
	show("explanation", func(w http.ResponseWriter) error {
		return set.Explanation(w, pages.Explanation{
			Title: evil, Explanation: evil, Hint: evil, Code: evil,
			Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		})
	})
	show("unknown_error", set.UnknownError)
	show("reference", func(w http.ResponseWriter) error {
		field := pages.ReferenceField{Name: []string{evil, evil}, In: "query", Type: evil, Text: evil, Bounds: []pages.ReferenceSpan{{Text: evil}, {Text: evil, Code: true}}, Required: true, ReadOnly: true}
		return set.Reference(w, pages.Reference{Documents: []pages.ReferenceDocument{{
			ID: "a", Title: evil, Path: evil, Server: evil, Text: []pages.ReferenceSpan{{Text: evil}, {Text: evil, Code: true}},
			Groups: []pages.ReferenceGroup{{ID: "b", Name: evil, Text: evil, Operations: []pages.ReferenceOperation{{
				ID: "c", Method: evil, Path: []string{evil, evil}, Summary: evil, Parameters: []pages.ReferenceField{field}, Body: []pages.ReferenceField{field}, BodyTypes: []string{evil}, Example: evil,
				Responses: []pages.ReferenceResponse{{Status: "200", Meaning: evil, Text: evil, Headers: []string{evil}, Fields: []pages.ReferenceField{field}, Example: evil}},
			}}}},
		}}})
	})
	login := pages.Login{Flow: evil, Problem: pages.WrongPassword, Username: evil, Client: evil, Logo: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil}
	throttled := login
	throttled.Problem, throttled.Wait = pages.TooManyTries, pages.WaitFor(time.Minute)
	show("throttled", func(w http.ResponseWriter) error { return set.Login(w, http.StatusTooManyRequests, throttled) })
	show("login_again", func(w http.ResponseWriter) error {
		return set.Login(w, http.StatusOK, pages.Login{Flow: evil, Token: evil, Username: evil, SignedInAs: evil})
	})
	show("login", func(w http.ResponseWriter) error { return set.Login(w, http.StatusOK, login) })
	show("consent", func(w http.ResponseWriter) error {
		return set.Consent(w, pages.Consent{
			Flow: evil, Client: evil, Logo: "/logo/x/y", ClientURI: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil,
			Username: evil, Destination: evil, Scopes: []pages.Scope{{Name: evil}, {Name: "x", Description: evil}, {Name: "profile", Claims: []string{"name", "birthdate"}}},
		})
	})
	show("logout", func(w http.ResponseWriter) error {
		return set.Logout(w, pages.Logout{Action: "/oauth/logout", Confirm: evil, Username: evil, Client: evil})
	})
	show("logged_out", func(w http.ResponseWriter) error {
		return set.LoggedOut(w, pages.LoggedOut{Client: evil, ClientURI: "javascript:" + evil})
	})
	show("signed_out_here", func(w http.ResponseWriter) error {
		return set.LoggedOut(w, pages.LoggedOut{Client: evil, Refused: &fault})
	})
	show("form_post", func(w http.ResponseWriter) error {
		return set.FormPost(w, pages.FormPost{Action: "https://app.example/cb", Params: url.Values{evil: {evil}}})
	})
	show("demo", func(w http.ResponseWriter) error {
		return set.Demo(w, pages.Demo{Issuer: evil, Web: evil, Public: evil})
	})
	show("demo_answer", func(w http.ResponseWriter) error {
		return set.DemoAnswer(w, pages.DemoAnswer{
			Client: evil, Code: evil, AccessToken: evil, RefreshToken: evil, IDToken: evil, Claims: evil, UserInfo: evil,
			Introspect: evil, AskUserInfo: evil, Refresh: evil, Revoke: evil, SignOut: "javascript:" + evil,
		})
	})
	show("demo_code", func(w http.ResponseWriter) error {
		return set.DemoCode(w, pages.DemoCode{Code: evil, State: evil, Public: evil, Web: evil})
	})
	show("demo_used", set.DemoUsed)
	show("outbox", func(w http.ResponseWriter) error {
		return set.Outbox(w, pages.Outbox{Document: "/d", Messages: []pages.OutboxMessage{
			{ID: "a", To: evil, Kind: evil, Subject: evil, Text: evil, Code: evil, Link: "javascript:" + evil, At: evil},
			{ID: "b", SMS: true, To: evil, Expired: true},
		}})
	})
	show("outbox_empty", func(w http.ResponseWriter) error { return set.Outbox(w, pages.Outbox{Document: "/d"}) })
	show("demo_problem", func(w http.ResponseWriter) error {
		return set.DemoProblem(w, pages.DemoProblem{Code: evil, Description: evil, URI: "javascript:" + evil})
	})
	return all
}

func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	for name, w := range everyPage(t, true) {
		body := w.Body.String()
		assert.Contains(t, body, `<html lang="en">`, name)
		assert.Equal(t, 1, strings.Count(body, "<h1>"), name)
		assert.Equal(t, 1, strings.Count(body, "<main "), name)
		assert.Equal(t, 1, strings.Count(body, "<title>"), name)
		assert.Contains(t, body, `name="viewport" content="width=device-width, initial-scale=1"`, name)
		assert.Contains(t, body, `href="#content"`, name)
		for _, image := range regexp.MustCompile(`<img [^>]*>`).FindAllString(body, -1) {
			assert.Contains(t, image, ` alt="`)
			assert.Regexp(t, ` width="\d+" height="\d+"`, image, "without a size the layout shifts when it loads")
		}
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), name)
	}
}

func TestPagesEscapeEverything(t *testing.T) {
	t.Parallel()
	for name, w := range everyPage(t, false) {
		body := w.Body.String()
		assert.NotContains(t, body, "<script>", name)
		assert.NotContains(t, body, "javascript:", name)
		assert.NotRegexp(t, `"">|<[^>]* on\w+=`, body, name)
	}
}

func TestPagesObeyTheirContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	elsewhere := regexp.MustCompile(`(?:src|href)="(?:https?:)?//|url\(|@import`)
	for name, w := range everyPage(t, true) {
		policy := w.Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", name)
		assert.Contains(t, policy, "frame-ancestors 'none'", name)
		assert.NotContains(t, policy, "unsafe", name)
		assert.Contains(t, w.Header().Get("Permissions-Policy"), "camera=()", name)
		body := w.Body.String()
		assert.NotRegexp(t, `<style| style=`, body, name)
		assert.NotRegexp(t, elsewhere, body, name)
		assert.Contains(t, policy, "base-uri 'none'", name)
		if strings.Contains(body, "<form") {
			assert.NotContains(t, policy, "form-action", "%s: Chromium applies it to every redirect after the form", name)
			assert.Empty(t, w.Header().Get("Cross-Origin-Opener-Policy"), "%s: a sign-in in a window of its own answers to its opener", name)
			assert.Equal(t, "strict-origin", w.Header().Get("Referrer-Policy"), "%s: the form comes with a real Origin", name)
		} else {
			assert.Contains(t, policy, "form-action 'none'", name)
			assert.Equal(t, "same-origin-allow-popups", w.Header().Get("Cross-Origin-Opener-Policy"), name)
			assert.Empty(t, w.Header().Get("Referrer-Policy"), "%s: no-referrer stays", name)
		}
		assert.Equal(t, strings.Contains(body, "<script"), strings.Contains(policy, "script-src 'self'"), name)
	}
	css, err := os.ReadFile("assets/gatehouse.css")
	require.NoError(t, err)
	assert.NotRegexp(t, elsewhere, string(css))
}

// What passes says when; the hint is for what does not.
func TestAnErrorThatPassesSaysWhen(t *testing.T) {
	t.Parallel()
	all := everyPage(t, false)
	assert.Contains(t, all["error_that_passes"].Body.String(), "<p>Try again in 15 minutes.</p>")
	assert.NotContains(t, all["error"].Body.String(), "Try again in")
}

func TestOnlyADevelopmentServerShowsWhatWasCompared(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{true, false} {
		all := everyPage(t, dev)
		for _, name := range []string{"error", "signed_out_here"} {
			body := all[name].Body.String()
			assert.Equal(t, dev, strings.Contains(body, "expected &#34;&gt;"), name)
			assert.Equal(t, dev, strings.Contains(body, "received &#34;&gt;"), name)
			assert.Equal(t, dev, strings.Contains(body, "gatehouse explain --dev "), name)
		}
	}
}

func TestOnlyADevelopmentServerLeadsToTheDemoApplication(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{true, false} {
		assert.Equal(t, dev, strings.Contains(everyPage(t, dev)["landing_signed_in"].Body.String(), "wonderland"))
		assert.NotContains(t, everyPage(t, dev)["landing"].Body.String(), "wonderland", "it is not served")
	}
}

func TestOnlyADevelopmentServerSaysSo(t *testing.T) {
	t.Parallel()
	for name, w := range everyPage(t, true) {
		assert.Contains(t, w.Body.String(), "Development server", name)
	}
	for name, w := range everyPage(t, false) {
		assert.NotContains(t, w.Body.String(), "Development server", name)
	}
}

// A page without a logo reserves no space for one, and a page with one has a fallback image.
func TestLogosAreShownIfThereIsOne(t *testing.T) {
	t.Parallel()
	set, err := pages.New(false)
	require.NoError(t, err)
	for _, path := range []string{"", "/logo/c2hvcA/0123456789abcdef"} {
		w := httptest.NewRecorder()
		require.NoError(t, set.Consent(w, pages.Consent{Client: "Shop", Logo: path}))
		require.NoError(t, set.Login(w, http.StatusOK, pages.Login{Client: "Shop", Logo: path}))
		want := 0
		if path != "" {
			want = 2
			assert.Equal(t, 2, strings.Count(w.Body.String(), `<img src="`+path+`" alt="" width="48" height="48">`))
		}
		assert.Equal(t, want, strings.Count(w.Body.String(), `class="logo"`))
		assert.Equal(t, want, strings.Count(w.Body.String(), `application.svg"`))
	}
}

func TestErrorPagesCarryTheMarker(t *testing.T) {
	t.Parallel()
	all := everyPage(t, false)
	for name, status := range map[string]int{"error": 400, "not_found": 404, "unknown_error": 404} {
		assert.Contains(t, all[name].Body.String(), `<main id="error-page">`)
		assert.Equal(t, status, all[name].Code, name)
	}
	assert.Contains(t, all["explanation"].Body.String(), `<time datetime="2026-01-02T03:04:05Z">2 January 2026, 03:04:05 UTC</time>`)
}

func TestAssetsAreServedUnderTheirChecksumOnly(t *testing.T) {
	t.Parallel()
	set, err := pages.New(false)
	require.NoError(t, err)
	linked := regexp.MustCompile(`/assets/[0-9a-f]{16}/[a-z.]+`).FindAllString(everyPage(t, false)["landing"].Body.String(), -1)
	require.NotEmpty(t, linked)
	for _, address := range linked {
		w := httptest.NewRecorder()
		require.True(t, set.Asset(w, address), address)
		assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
		assert.Regexp(t, `^(text/css; charset=utf-8|image/svg\+xml)$`, w.Header().Get("Content-Type"))
		assert.NotEmpty(t, w.Body.String())
	}
	for _, address := range []string{
		"/assets/0000000000000000/gatehouse.css", "/assets/gatehouse.css", "/assets//gatehouse.css",
		linked[0] + "/", "/assets/../pages.go", "",
	} {
		w := httptest.NewRecorder()
		assert.False(t, set.Asset(w, address), address)
		assert.Empty(t, w.Header())
	}
}

// TestCatalogueAndTemplatesAgree: a missing key would fail when the page is shown, an unused key
// would be translated for nothing.
func TestCatalogueAndTemplatesAgree(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("messages/en.json")
	require.NoError(t, err)
	var texts map[string]string
	require.NoError(t, json.Unmarshal(content, &texts))
	files, err := filepath.Glob("templates/*.html")
	require.NoError(t, err)
	used := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, key := range regexp.MustCompile(`{{t "([^"]+)"}}`).FindAllStringSubmatch(string(source), -1) {
			used[key[1]] = true
			assert.NotEmpty(t, texts[key[1]], "%s: %s", file, key[1])
		}
	}
	for _, claim := range consent.Claims() { // the consent page names the parts of a profile
		if consent.ScopeOf(claim) == "profile" {
			assert.NotEmpty(t, texts["claim."+claim], claim)
			used["claim."+claim] = true
		}
	}
	for lasts, want := range map[pages.Lasts]string{
		{For: 24 * time.Hour}: "1 day", {For: 90 * 24 * time.Hour}: "90 days", {For: time.Hour}: "1 hour", {For: 36 * time.Hour}: "36 hours",
		{For: 90 * time.Minute}: "90 minutes", {For: time.Minute}: "1 minute", {For: 90 * time.Second}: "90 seconds", {For: time.Second}: "1 second",
	} {
		assert.Equal(t, want, fmt.Sprint(lasts.Count(), " ", texts["unit."+lasts.Unit()]))
		used["unit."+lasts.Unit()] = true
	}
	for key := range texts {
		assert.True(t, used[key], "%s is not used", key)
	}
}

func TestWaitingIsCountedInWholeUnits(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		0: "1 second", time.Millisecond: "1 second", 1500 * time.Millisecond: "2 seconds", 90 * time.Second: "90 seconds",
		2 * time.Minute: "2 minutes", 11*time.Minute + time.Second: "12 minutes", time.Hour: "1 hour",
	} {
		l := pages.WaitFor(wait)
		assert.Equal(t, want, fmt.Sprint(l.Count(), " ", strings.TrimSpace(l.Unit())), wait)
	}
}

// TestStylesheetHasNoDeadRules: every class in it is used in a template.
func TestStylesheetHasNoDeadRules(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("assets/gatehouse.css")
	require.NoError(t, err)
	var html strings.Builder
	for _, w := range everyPage(t, true) {
		html.WriteString(w.Body.String())
	}
	for _, class := range regexp.MustCompile(`(?m)^\.([a-z-]+)`).FindAllStringSubmatch(string(css), -1) {
		assert.Contains(t, html.String(), `class="`+class[1]+`"`)
	}
}

package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

const evil = `"><script>alert(1)</script>`

// reader is a request of a person who reads the language.
func reader(tag string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Language", tag)
	return r
}

// everyPage has the pages that people see in a language.
func everyPage(t *testing.T, settings pages.Settings, tag string) map[string]*httptest.ResponseRecorder {
	t.Helper()
	set, err := pages.New(settings)
	require.NoError(t, err)
	in := set.For(reader(tag))
	all := map[string]*httptest.ResponseRecorder{}
	show := func(name string, write func(http.ResponseWriter) error) {
		w := httptest.NewRecorder()
		require.NoError(t, write(w))
		all[name] = w
	}
	fault := pages.Error{Meaning: pages.Meaning{Check: "authorization_code", Title: evil, Explanation: evil, Hint: evil}, Description: evil, About: "javascript:" + evil, RequestID: evil, Field: evil, Expected: "expected " + evil, Received: "received " + evil}
	show("landing", func(w http.ResponseWriter) error {
		return in.Landing(w, pages.Landing{Issuer: evil, Discovery: "/d", Metadata: "/m", Keys: "/k", Reference: "/r", Register: "/register", Recover: "/recover"})
	})
	show("landing_signed_in", func(w http.ResponseWriter) error {
		return in.Landing(w, pages.Landing{Issuer: evil, Discovery: "/d", Metadata: "/m", Keys: "/k", Username: evil, Logout: "/oauth/logout", Register: "/register", Recover: "/recover", Demo: "javascript:" + evil, Playground: "/playground"})
	})
	show("landing_ready", func(w http.ResponseWriter) error {
		return in.Landing(w, pages.Landing{Issuer: evil, Discovery: "/d", Metadata: "/m", Keys: "/k", Username: evil, Logout: "/oauth/logout", Ready: true})
	})
	show("error_in_the_language", func(w http.ResponseWriter) error {
		known := fault
		known.Check = "flow"
		return in.Error(w, http.StatusBadRequest, known)
	})
	show("error", func(w http.ResponseWriter) error { return in.Error(w, http.StatusBadRequest, fault) })
	show("error_that_passes", func(w http.ResponseWriter) error {
		passing := fault
		passing.Wait = pages.WaitFor(15 * time.Minute)
		return in.Error(w, http.StatusTooManyRequests, passing)
	})
	show("not_found", func(w http.ResponseWriter) error { return in.NotFound(w, fault) })
	show("explanation", func(w http.ResponseWriter) error {
		return in.Explanation(w, pages.Explanation{
			Meaning: fault.Meaning, Code: evil,
			Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		})
	})
	show("unknown_error", in.UnknownError)
	to := pages.Application{Client: evil, Logo: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil}
	login := pages.Login{Application: to, Flow: evil, Problem: pages.WrongPassword, Username: evil}
	throttled := login
	throttled.Problem, throttled.Wait = pages.TooManyTries, pages.WaitFor(time.Minute)
	show("throttled", func(w http.ResponseWriter) error { return in.Login(w, http.StatusTooManyRequests, throttled) })
	show("login_again", func(w http.ResponseWriter) error {
		return in.Login(w, http.StatusOK, pages.Login{Flow: evil, Token: evil, Username: evil, SignedInAs: evil, Register: "javascript:" + evil, Recover: "javascript:" + evil})
	})
	show("login", func(w http.ResponseWriter) error { return in.Login(w, http.StatusOK, login) })
	show("consent", func(w http.ResponseWriter) error {
		return in.Consent(w, pages.Consent{
			Flow: evil, Client: evil, Logo: "/logo/x/y", ClientURI: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil,
			Username: evil, Destination: evil, Audience: []string{evil, evil}, Lasts: pages.Lasts{For: time.Hour, UntilSignOut: true}, Scopes: []pages.Scope{{Name: evil}, {Name: "email", Description: "x", Standard: true}, {Name: "x", Description: evil}, {Name: "profile", Claims: []string{"name", "birthdate"}}},
		})
	})
	show("logout", func(w http.ResponseWriter) error {
		return in.Logout(w, pages.Logout{Action: "/oauth/logout", Confirm: evil, Username: evil, Client: evil})
	})
	show("logged_out", func(w http.ResponseWriter) error {
		return in.LoggedOut(w, pages.LoggedOut{Client: evil, ClientURI: "javascript:" + evil})
	})
	show("signed_out_here", func(w http.ResponseWriter) error {
		return in.LoggedOut(w, pages.LoggedOut{Client: evil, Refused: &fault})
	})
	show("logged_out_offer", func(w http.ResponseWriter) error {
		return in.LoggedOut(w, pages.LoggedOut{Client: evil, Next: "myapp:/bye", Destination: evil})
	})
	show("return", func(w http.ResponseWriter) error {
		return in.Return(w, http.StatusBadRequest, pages.Return{Client: evil, Destination: evil, Next: "myapp:/cb?a=" + url.QueryEscape(evil), Refused: fault})
	})
	show("return_posted", func(w http.ResponseWriter) error {
		return in.Return(w, http.StatusBadRequest, pages.Return{Client: evil, Destination: evil, Form: &pages.FormPost{Action: "https://app.example/cb", Params: url.Values{evil: {evil}}}, Refused: fault})
	})
	accountPages(in, show)
	factorPages(in, show)
	ownPages(in, show)
	show("form_post", func(w http.ResponseWriter) error {
		return in.FormPost(w, pages.FormPost{Action: "https://app.example/cb", Params: url.Values{evil: {evil}}})
	})
	return all
}

// accountPages are those on which people register, confirm and recover.
func accountPages(in pages.Localized, show func(name string, write func(http.ResponseWriter) error)) {
	to := pages.Application{Client: evil, Logo: "javascript:" + evil, PolicyURI: "javascript:" + evil, TOSURI: "javascript:" + evil}
	problems := map[string]pages.AccountProblem{
		"": pages.TooManyMessages, "username": pages.UsernameTaken, "email": pages.EmailInvalid, "phone": pages.PhoneTaken, "password": pages.PasswordCommon,
	}
	for name, page := range map[string]pages.Register{
		"register":          {Application: to, SignedInAs: evil, Flow: evil, Token: evil, SignIn: "javascript:" + evil, Mail: true, SMS: true},
		"register_problems": {Token: evil, SignIn: "/login", Recover: "javascript:" + evil, Mail: true, SMS: true, Username: evil, Email: evil, Phone: evil, Problems: problems},
		"register_invited":  {Token: evil, ID: evil, Code: evil, SignIn: "/login", Email: evil},
		"register_taken":    {Token: evil, SignIn: "javascript:" + evil, Recover: "javascript:" + evil, Mail: true, Email: evil, Problems: map[string]pages.AccountProblem{"email": pages.EmailTaken}},
		"register_closed":   {Token: evil, ID: evil, Code: evil, SignIn: "/login", Problems: map[string]pages.AccountProblem{"": pages.InvitationClosed}},
		"register_wrong":    {Token: evil, SignIn: "/login", Mail: true, SMS: true, Email: evil, Problems: map[string]pages.AccountProblem{"phone": pages.PhoneInvalid}},
		"register_by_phone": {Token: evil, SignIn: "/login", SMS: true, Problems: problems},
	} {
		show(name, func(w http.ResponseWriter) error { return in.Register(w, http.StatusOK, page) })
	}
	for name, page := range map[string]pages.FirstAdministrator{
		"first_administrator":          {Token: evil, Code: evil},
		"first_administrator_problems": {Token: evil, Code: evil, Username: evil, Email: evil, Problems: map[string]pages.AccountProblem{"": pages.AccountPasskeyFailed, "username": pages.UsernameTaken, "email": pages.EmailInvalid, "password": pages.PasswordCommon}},
		"first_administrator_passkey":  {Token: evil, Code: evil, Username: evil, Email: evil, Passkey: &pages.Ceremony{Options: evil, State: evil}},
		"first_administrator_closed":   {Closed: true},
	} {
		show(name, func(w http.ResponseWriter) error { return in.FirstAdministrator(w, http.StatusOK, page) })
	}
	for name, page := range map[string]pages.Verify{
		"verify":           {Application: to, Flow: evil, Token: evil, ID: evil, Locales: evil, Address: evil + "@", Sent: true, Register: "javascript:" + evil},
		"verify_sms":       {Token: evil, ID: evil, Address: evil, Register: "/register"},
		"verify_refused":   {Token: evil, ID: evil, Address: evil, Register: "javascript:" + evil, Login: "javascript:" + evil, Problem: pages.UsernameTaken},
		"verify_elsewhere": {Token: evil, ID: evil, Password: true, Problem: pages.CodeWrong},
		"verify_link":      {Token: evil, ID: evil, Code: evil, Address: evil},
		"verify_password":  {Token: evil, ID: evil, Code: evil, Password: true, Problem: pages.PasswordWrong},
		"verify_many":      {Token: evil, ID: evil, Address: evil, Register: "/register", Problem: pages.TooManyMessages},
		"verify_closed":    {Register: "/register", Token: evil, Flow: evil, Login: "javascript:" + evil, Problem: pages.CodeClosed},
		"verify_confirmed": {Token: evil, Flow: evil, Login: "javascript:" + evil, Problem: pages.CodeClosed, Confirmed: true},
		"verify_contact":   {Token: evil, ID: evil, Contact: true, SignIn: true},
	} {
		show(name, func(w http.ResponseWriter) error { return in.Verify(w, http.StatusOK, page) })
	}
	show("recover", func(w http.ResponseWriter) error {
		return in.Recover(w, http.StatusOK, pages.Recover{Application: to, Flow: evil, Token: evil, SignIn: "javascript:" + evil, SMS: true, Problem: pages.ContactMissing})
	})
	show("reset", func(w http.ResponseWriter) error {
		return in.Reset(w, http.StatusOK, pages.Reset{Application: to, Again: "/recover", Flow: evil, Token: evil, ID: evil, Code: evil, Problem: pages.PasswordLength})
	})
	show("reset_link", func(w http.ResponseWriter) error {
		return in.Reset(w, http.StatusOK, pages.Reset{Again: "/recover", Token: evil, ID: evil, Code: evil})
	})
	show("reset_wrong", func(w http.ResponseWriter) error {
		return in.Reset(w, http.StatusOK, pages.Reset{Again: "/recover", Token: evil, ID: evil, Problem: pages.CodeWrong})
	})
	show("reset_closed", func(w http.ResponseWriter) error {
		return in.Reset(w, http.StatusOK, pages.Reset{Application: to, Again: "/recover", SignIn: "/login", Flow: evil, Problem: pages.CodeClosed})
	})
	show("undo", func(w http.ResponseWriter) error {
		return in.Undo(w, http.StatusOK, pages.Undo{Recover: "/recover", SignIn: "/login", Token: evil, ID: evil, Code: evil})
	})
	show("undo_factor", func(w http.ResponseWriter) error {
		return in.Undo(w, http.StatusOK, pages.Undo{Factor: true, Username: evil, Action: "factor.add", Kind: "passkey", What: evil, Device: evil, Network: evil, Recover: "/recover", SignIn: "/login", Token: evil, ID: evil, Code: evil})
	})
	show("undo_closed", func(w http.ResponseWriter) error {
		return in.Undo(w, http.StatusOK, pages.Undo{Recover: "/recover", SignIn: "/login", Problem: pages.LinkClosed})
	})
	for _, kind := range pages.AccountChanges() {
		show("done_"+string(kind), func(w http.ResponseWriter) error {
			return in.Done(w, pages.Done{Kind: kind, Next: "javascript:" + evil})
		})
	}
}

// developersPages has the pages for developers, which are in English.
func developersPages(t *testing.T, settings pages.Settings) map[string]*httptest.ResponseRecorder {
	t.Helper()
	set, err := pages.New(settings)
	require.NoError(t, err)
	all := map[string]*httptest.ResponseRecorder{}
	show := func(name string, write func(http.ResponseWriter) error) {
		w := httptest.NewRecorder()
		require.NoError(t, write(w))
		all[name] = w
	}
	show("reference", func(w http.ResponseWriter) error {
		field := pages.ReferenceField{Name: []string{evil, evil}, In: "query", Type: evil, Text: evil, Bounds: []pages.Span{{Text: evil}, {Text: evil, Code: true}}, Required: true, ReadOnly: true}
		return set.Reference(w, pages.Reference{Documents: []pages.ReferenceDocument{{
			ID: "a", Title: evil, Path: evil, Server: evil, Text: []pages.Span{{Text: evil}, {Text: evil, Code: true}},
			Groups: []pages.ReferenceGroup{{ID: "b", Name: evil, Text: evil, Operations: []pages.ReferenceOperation{{
				ID: "c", Method: evil, Path: []string{evil, evil}, Summary: evil, Parameters: []pages.ReferenceField{field}, Body: []pages.ReferenceField{field}, BodyTypes: []string{evil}, Example: evil,
				Responses: []pages.ReferenceResponse{{Status: "200", Meaning: evil, Text: evil, Headers: []string{evil}, Fields: []pages.ReferenceField{field}, Example: evil}},
			}}}},
		}}})
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
			{ID: "a", To: evil, Kind: evil, Subject: evil, Text: evil, Code: evil, Link: "javascript:" + evil, HTML: "javascript:" + evil, At: evil},
			{ID: "b", SMS: true, To: evil, Expired: true},
		}})
	})
	show("playground", func(w http.ResponseWriter) error {
		return set.Playground(w, pages.Playground{Issuer: evil, Flows: []pages.PlaygroundLink{{URL: "javascript:" + evil, Title: evil, Text: evil}}})
	})
	show("playground_flow", func(w http.ResponseWriter) error {
		values := []pages.PlaygroundValue{{Name: evil, Value: evil, Meaning: evil, Words: evil}}
		links := []pages.PlaygroundLink{{URL: "javascript:" + evil, Title: evil, Text: evil}}
		answer := pages.PlaygroundAnswer{
			Sent: evil, Text: evil, Received: values, Note: evil, Refused: true, Members: values,
			Tokens: []pages.PlaygroundToken{{Name: evil, Text: evil, Meaning: evil, Header: values, Claims: values}, {Name: evil, Text: evil}},
			Fault:  &pages.PlaygroundFault{Code: evil, Description: evil, Title: evil, Explanation: evil, Hint: evil, About: "javascript:" + evil, Field: evil, Expected: evil, Received: evil, RequestID: evil, Command: evil},
		}
		return set.PlaygroundFlow(w, pages.PlaygroundFlow{
			Action: "/playground/x", Token: evil, Title: evil, Lead: evil, Begun: true, Restart: "restart", Others: links,
			Steps: []pages.PlaygroundStep{
				{ID: "a", AnswerID: "a-answer", Title: evil, About: []string{evil}, Specs: links, Own: true, Values: values, Ready: true},
				{ID: "b", AnswerID: "b-answer", Title: evil, Request: evil, Parameters: values, Visit: "javascript:" + evil, Ready: true},
				{ID: "c", AnswerID: "c-answer", Title: evil, Request: evil, Command: evil, Parameters: values, Ready: true, Answer: &answer},
			},
			Mistakes: []pages.PlaygroundStep{{ID: "d", AnswerID: "d-answer", Title: evil, Waiting: evil}},
		})
	})
	show("outbox_empty", func(w http.ResponseWriter) error { return set.Outbox(w, pages.Outbox{Document: "/d"}) })
	show("demo_problem", func(w http.ResponseWriter) error {
		return set.DemoProblem(w, pages.DemoProblem{Code: evil, Description: evil, URI: "javascript:" + evil})
	})
	return all
}

// inEveryLanguage calls check with each page that people see in each language, and with the others.
func inEveryLanguage(t *testing.T, settings pages.Settings, check func(name, tag string, w *httptest.ResponseRecorder)) {
	t.Helper()
	for _, tag := range tags(t) {
		for name, w := range everyPage(t, settings, tag) {
			check(name+" in "+tag, tag, w)
		}
	}
	for name, w := range developersPages(t, settings) {
		check(name, "en", w)
	}
}

func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	inEveryLanguage(t, pages.Settings{Dev: true}, func(name, tag string, w *httptest.ResponseRecorder) {
		body := w.Body.String()
		assert.Contains(t, body, `<html lang="`+tag+`">`, name)
		assert.Equal(t, tag, w.Header().Get("Content-Language"), name)
		assert.Equal(t, 1, strings.Count(body, "<h1"), name)
		assert.Equal(t, 1, strings.Count(body, "<main "), name)
		assert.Equal(t, 1, strings.Count(body, "<title>"), name)
		assert.Contains(t, body, `name="viewport" content="width=device-width, initial-scale=1"`, name)
		assert.Contains(t, body, `href="#content"`, name)
		for _, image := range regexp.MustCompile(`<img [^>]*>`).FindAllString(body, -1) {
			assert.Contains(t, image, ` alt="`)
			assert.Regexp(t, ` width="\d+" height="\d+"`, image, "without a size the layout shifts when it loads")
		}
		for _, field := range regexp.MustCompile(`<input id="([a-z]+)"`).FindAllStringSubmatch(body, -1) {
			assert.Contains(t, body, `for="`+field[1]+`"`, name)
		}
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), name)
		assert.Less(t, len(body), 20_000, name)
		assert.NotContains(t, body, "{", "%s: a placeholder without a value", name)
	})
}

// A page begins at one place: at the first field that is wrong, if one is. What is wrong with a field is said
// to who cannot see it (WCAG 3.3.1).
func TestFaultsAreTiedToTheirFields(t *testing.T) {
	t.Parallel()
	identified := regexp.MustCompile(`<p class="(?:fault|problem)" id="([a-z-]+)"`)
	inEveryLanguage(t, pages.Settings{}, func(name, _ string, w *httptest.ResponseRecorder) {
		body := w.Body.String()
		assert.LessOrEqual(t, len(regexp.MustCompile(`<[^>]* autofocus[ >]`).FindAllString(body, -1)), 1, name)
		fields := regexp.MustCompile(`<input id="[^>]*>`).FindAllString(body, -1)
		described, first := map[string]bool{}, true
		for _, field := range fields {
			is := regexp.MustCompile(`aria-describedby="([^"]*)"`).FindStringSubmatch(field)
			for _, id := range strings.Fields(strings.Join(is[min(1, len(is)):], " ")) {
				described[id] = true
				assert.Contains(t, body, ` id="`+id+`"`, name)
			}
			if !strings.Contains(field, `aria-invalid="true"`) {
				continue
			}
			assert.NotEmpty(t, is, "%s: %s", name, field)
			if first && !strings.Contains(body, `id="login-page"`) { // where the password is typed again
				assert.Contains(t, field, " autofocus", name)
			}
			first = false
		}
		if len(fields) == 0 {
			return
		}
		for _, fault := range identified.FindAllStringSubmatch(body, -1) {
			assert.True(t, described[fault[1]], "%s: no field is described by %s", name, fault[1])
		}
	})
}

func TestPagesEscapeEverything(t *testing.T) {
	t.Parallel()
	inEveryLanguage(t, pages.Settings{}, func(name, _ string, w *httptest.ResponseRecorder) {
		body := w.Body.String()
		assert.NotContains(t, body, "<script>", name)
		again := regexp.MustCompile(`<input type="hidden" name="again" value="[^"]*">`) // no URL that a browser follows
		assert.NotContains(t, again.ReplaceAllString(body, ""), "javascript:", name)
		assert.NotRegexp(t, `"">|<[^>]* on\w+=`, body, name)
	})
}

func TestPagesObeyTheirContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	elsewhere := regexp.MustCompile(`(?:src|href)="(?:https?:)?//|url\(|@import`)
	inEveryLanguage(t, pages.Settings{Dev: true}, func(name, _ string, w *httptest.ResponseRecorder) {
		policy := w.Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'", name)
		assert.Contains(t, policy, "frame-ancestors 'none'", name)
		assert.NotContains(t, policy, "unsafe", name)
		assert.Contains(t, w.Header().Get("Permissions-Policy"), "camera=()", name)
		body := w.Body.String()
		assert.NotRegexp(t, `<style| style=`, body, name)
		assert.NotRegexp(t, elsewhere, body, name)
		assert.Contains(t, policy, "base-uri 'none'", name)
		assert.Equal(t, strings.Contains(body, "<script"), strings.Contains(policy, "script-src 'self'"), name)
		own := strings.ReplaceAll(body, `action="/language"`, "")
		switch {
		case strings.Contains(own, " action="), strings.Contains(own, `id="return-continue"`):
			assert.NotContains(t, policy, "form-action", "%s: Chromium applies it to every redirect after the form", name)
			assert.Empty(t, w.Header().Get("Cross-Origin-Opener-Policy"), "%s: a sign-in in a window of its own answers to its opener", name)
			assert.Equal(t, "strict-origin", w.Header().Get("Referrer-Policy"), "%s: the form comes with a real Origin", name)
		case own != body:
			assert.Contains(t, policy, "form-action 'self'", name)
			assert.Equal(t, "same-origin-allow-popups", w.Header().Get("Cross-Origin-Opener-Policy"), name)
			assert.Equal(t, "same-origin", w.Header().Get("Referrer-Policy"), "%s: the form comes with a real Origin, and other sites learn nothing", name)
		default:
			assert.Contains(t, policy, "form-action 'none'", name)
			assert.Equal(t, "same-origin-allow-popups", w.Header().Get("Cross-Origin-Opener-Policy"), name)
			assert.Empty(t, w.Header().Get("Referrer-Policy"), "%s: no-referrer stays", name)
		}
	})
	css, err := os.ReadFile("assets/gatehouse.css")
	require.NoError(t, err)
	assert.NotRegexp(t, elsewhere, string(css))
}

// What passes says when; the hint is for what does not.
func TestAnErrorThatPassesSaysWhen(t *testing.T) {
	t.Parallel()
	all := everyPage(t, pages.Settings{}, "en")
	assert.Contains(t, all["error_that_passes"].Body.String(), "<p>Try again in 15 minutes.</p>")
	assert.NotContains(t, all["error"].Body.String(), "Try again in")
}

func TestOnlyADevelopmentServerShowsWhatWasCompared(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{true, false} {
		all := everyPage(t, pages.Settings{Dev: dev}, "en")
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
		for _, part := range []string{"wonderland", `href="/playground"`} {
			assert.Equal(t, dev, strings.Contains(everyPage(t, pages.Settings{Dev: dev}, "en")["landing_signed_in"].Body.String(), part))
		}
		assert.NotContains(t, everyPage(t, pages.Settings{Dev: dev}, "en")["landing"].Body.String(), "wonderland", "it is not served")
	}
}

func TestOnlyADevelopmentServerSaysSo(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{true, false} {
		inEveryLanguage(t, pages.Settings{Dev: dev}, func(name, _ string, w *httptest.ResponseRecorder) {
			assert.Equal(t, dev, strings.Contains(w.Body.String(), `<aside class="banner">`), name)
		})
	}
}

// A page without a logo reserves no space for one, and a page with one has a fallback image.
func TestLogosAreShownIfThereIsOne(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	for _, path := range []string{"", "/logo/c2hvcA/0123456789abcdef"} {
		w := httptest.NewRecorder()
		in := set.For(reader("en"))
		require.NoError(t, in.Consent(w, pages.Consent{Client: "Shop", Logo: path}))
		require.NoError(t, in.Login(w, http.StatusOK, pages.Login{Application: pages.Application{Client: "Shop", Logo: path}}))
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
	all := everyPage(t, pages.Settings{}, "en")
	for name, status := range map[string]int{"error": 400, "not_found": 404, "unknown_error": 404} {
		assert.Contains(t, all[name].Body.String(), `<main id="error-page">`)
		assert.Equal(t, status, all[name].Code, name)
	}
	assert.Contains(t, all["explanation"].Body.String(), `<time datetime="2026-01-02T03:04:05Z">2 January 2026, 03:04:05 UTC</time>`)
}

func TestAssetsAreServedUnderTheirChecksumOnly(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	linked := regexp.MustCompile(`/assets/[0-9a-f]{16}/[a-z.]+`).FindAllString(everyPage(t, pages.Settings{}, "en")["landing"].Body.String(), -1)
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

// TestStylesheetHasNoDeadRules: every class in it is used in a template.
func TestStylesheetHasNoDeadRules(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("assets/gatehouse.css")
	require.NoError(t, err)
	used := map[string]bool{}
	classes := regexp.MustCompile(`class="([^"]*)"`)
	inEveryLanguage(t, pages.Settings{Dev: true}, func(_, _ string, w *httptest.ResponseRecorder) {
		for _, list := range classes.FindAllStringSubmatch(w.Body.String(), -1) {
			for _, class := range strings.Fields(list[1]) {
				used[class] = true
			}
		}
	})
	for _, class := range regexp.MustCompile(`(?m)^\.([a-z-]+)`).FindAllStringSubmatch(string(css), -1) {
		assert.True(t, used[class[1]], class[1])
	}
}

package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shownMessage is a message of a development server.
type shownMessage struct {
	ID, Channel, To, Kind, Subject, Text, Code, Link string
}

// messageTo is the newest message to an address.
func (s *server) messageTo(address string) shownMessage {
	s.t.Helper()
	return s.messagesTo(address)[0]
}

// messagesTo are those to an address, the newest first.
func (s *server) messagesTo(address string) (list []shownMessage) {
	s.t.Helper()
	var all []shownMessage
	require.NoError(s.t, json.Unmarshal([]byte(s.get("/dev/outbox.json").body), &all))
	for _, m := range all {
		if m.To == address {
			list = append(list, m)
		}
	}
	require.NotEmpty(s.t, list, "no message to %s", address)
	return list
}

// faults are the codes of an answer to wrong data, by property.
func faults(t *testing.T, got response) map[string]string {
	t.Helper()
	require.Equal(t, http.StatusBadRequest, got.status, got.body)
	var list []struct {
		Message  string
		Property string `json:"property_path"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &list), got.body)
	found := map[string]string{}
	for _, one := range list {
		found[one.Property] = one.Message
	}
	return found
}

// begun is the id of what an operation began.
func begun(t testing.TB, got response, status int) string {
	t.Helper()
	require.Equal(t, status, got.status, got.body)
	var body struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(got.body), &body))
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-7`, body.ID)
	return body.ID
}

// signIn tells how the password grant answers.
func (s *server) signIn(name, password string) int {
	s.t.Helper()
	return s.post("/oauth/token", "demo-trusted", "demo-trusted-secret-0123456789abcdef", url.Values{"grant_type": {"password"}, "username": {name}, "password": {password}}).status
}

// manyAttempts is for tests that act as many people from one address.
const manyAttempts = "GATEHOUSE_RATE_LIMITS=register-prefix=1000/1s,recover-prefix=1000/1s,verify-prefix=1000/1s"

func TestPeopleRegisterThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	id := begun(t, s.manage("", http.MethodPost, "/users", `{"username":"bob","email":"Bob@Example.com","plainPassword":"a long password","name":"Bob"}`, "Accept-Language", "de-AT, en;q=0.5"), http.StatusAccepted)
	m := s.messageTo("bob@example.com")
	assert.Equal(t, "confirm_registration", m.Kind)
	assert.Contains(t, m.Subject, "Bestätigen")
	assert.True(t, strings.HasPrefix(m.Link, s.url+"/verify?"), m.Link)
	require.Regexp(t, `^[0-9]{8}$`, m.Code)
	assert.NotEqual(t, http.StatusOK, s.signIn("bob", "a long password"), "not before the code")

	assert.Equal(t, http.StatusNoContent, s.manage("", http.MethodPatch, "/users/"+id+"/resend-confirmation-token", "").status)
	assert.Equal(t, m.Code, s.messageTo("bob@example.com").Code, "the same code")
	assert.Equal(t, http.StatusNotFound, s.manage("", http.MethodPatch, "/users/"+nothing+"/resend-confirmation-token", "").status)
	wrong := "00000000"
	if m.Code == wrong {
		wrong = "11111111"
	}
	assert.Equal(t, http.StatusBadRequest, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+wrong, "").status)
	assert.Equal(t, http.StatusNotFound, s.manage("", http.MethodPut, "/users/"+nothing+"/confirmation-token/"+m.Code, "").status)
	assert.Equal(t, id, begun(t, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+m.Code, ""), http.StatusCreated))
	assert.Equal(t, http.StatusNotFound, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+m.Code, "").status, "used")
	assert.Equal(t, http.StatusOK, s.signIn("bob", "a long password"))
	assert.NotContains(t, s.log.String(), m.Code)

	begun(t, s.manage("", http.MethodPost, "/users", `{"username":"pia","email":"pia@example.com","password":"a long password","locale":"de"}`, "Accept-Language", "en"), http.StatusAccepted)
	assert.Contains(t, s.messageTo("pia@example.com").Subject, "Bestätigen", "the person says it, and not the program")

	for body, want := range map[string]map[string]string{
		`{"username":"carol","password":"a long password"}`:                                      {"": "bst.phone_and_email.missing"},
		`{"phoneNumber":"+442071838759","password":"a long password"}`:                           {"username": "fos_user.username.short"},
		`{"phoneNumber":"+4420","password":"a long password"}`:                                   {"phoneNumber": "bst.phonenumber.short"},
		`{"username":"alice","email":"ALICE@example.com","password":"a long password"}`:          {"username": "fos_user.username.already_used", "email": "fos_user.email.already_used"},
		`{"username":"c","email":"x","password":"short"}`:                                        {"username": "fos_user.username.short", "email": "fos_user.email.short", "plainPassword": "fos_user.password.short"},
		`{"username":"carol","email":"not an address","password":""}`:                            {"email": "fos_user.email.invalid", "plainPassword": "fos_user.password.blank"},
		`{"username":"carol","email":"c@example.com","password":"password1"}`:                    {"plainPassword": "fos_user.password.breached"},
		`{"username":"carol","phoneNumber":"+44 20 7183","plainPassword":"a long password"}`:     {"phoneNumber": "bst.phonenumber.space"},
		`{"username":"carol","phoneNumber":"+4420","plainPassword":"a long password"}`:           {"phoneNumber": "bst.phonenumber.short"},
		`{"username":"carol","phoneNumber":"+442071838750","plainPassword":"a long password"}`:   {"phoneNumber": "bst.phonenumber.already_used"},
		`{"username":"carol","phoneNumber":"0044207183","plainPassword":"a long password"}`:      {"phoneNumber": "bst.phonenumber.format"},
		`{"username":"carol","email":"c@example.com","password":"a long password","roles":[]}`:   {"roles": "fos_user.roles.forbidden"},
		`{"username":"carol","email":"c@example.com","password":"a long one","enabled":true}`:    {"enabled": "fos_user.enabled.forbidden"},
		`{"email":"c@example.com","password":"a long password","email_verified":true,"name":""}`: {"emailVerified": "fos_user.emailVerified.forbidden"},
	} {
		assert.Equal(t, want, faults(t, s.manage("", http.MethodPost, "/users", body)), body)
	}

	// Administrators say more, and need no code; credentials of others count for nothing.
	manager := s.client("users", "--grant-type", "client_credentials", "--scope", "gatehouse:users:write", "--dev")
	outsider := s.client("outsider", "--grant-type", "client_credentials", "--scope", "gatehouse:clients:read", "--dev")
	const verified = `{"username":"dora","email":"dora@example.com","password":"a long password","email_verified":true,"roles":["staff"]}`
	s.soon(func() bool {
		return s.manage(basic("outsider", outsider), http.MethodGet, "/keys", "").status == http.StatusForbidden
	}, "the client is unknown")
	assert.Equal(t, map[string]string{"roles": "fos_user.roles.forbidden", "emailVerified": "fos_user.emailVerified.forbidden"}, faults(t, s.manage(basic("outsider", outsider), http.MethodPost, "/users", verified)))
	assert.Equal(t, http.StatusUnauthorized, s.manage(basic("users", "wrong"), http.MethodPost, "/users", verified).status)
	begun(t, s.manage(basic("users", manager), http.MethodPost, "/users", verified), http.StatusAccepted)
	assert.Equal(t, http.StatusOK, s.signIn("dora", "a long password"))
}

func TestPeopleRecoverThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	id := begun(t, s.manage("", http.MethodPost, "/users/forgot-password", `{"email":"alice@example.com"}`), http.StatusOK)
	m := s.messageTo("alice@example.com")
	assert.Equal(t, "reset_password", m.Kind)
	nobody := s.manage("", http.MethodPost, "/users/forgot-password", `{"email":"nobody@example.com"}`)
	begun(t, nobody, http.StatusOK)
	assert.NotContains(t, s.get("/dev/outbox.json").body, "nobody@example.com")
	assert.Equal(t, http.StatusBadRequest, s.manage("", http.MethodPost, "/users/forgot-password", `{}`).status)

	assert.Equal(t, map[string]string{"plainPassword": "fos_user.password.short"}, faults(t, s.manage("", http.MethodPatch, "/users/"+id+"/reset-password", `{"token":"`+m.Code+`","plainPassword":"short"}`)))
	assert.Equal(t, http.StatusNoContent, s.manage("", http.MethodPatch, "/users/"+id+"/reset-password", `{"token":"`+m.Code+`","plainPassword":"another long password"}`).status)
	assert.Equal(t, http.StatusNotFound, s.manage("", http.MethodPost, "/users/reset-password", `{"id":"`+id+`","code":"`+m.Code+`","password":"a third long password"}`).status)
	assert.NotEqual(t, http.StatusOK, s.signIn("alice", "wonderland"))
	assert.Equal(t, http.StatusOK, s.signIn("alice", "another long password"))
	assert.Equal(t, "password_changed", s.messageTo("alice@example.com").Kind)
}

// Without the password, or an access token of the user through a first-party application, nobody changes an
// account: what a third-party application gets is for seeing who the user is.
func TestPeopleChangeTheirOwnAccountThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	alice, admin := s.devUserID("alice"), s.devUserID("admin")
	token := s.passwordToken("alice", "wonderland")
	for _, tc := range []struct {
		authorization, body string
		want                int
	}{
		{"", `{"email":"new@example.com"}`, http.StatusForbidden},
		{"", `{"email":"new@example.com","current_password":"wrong"}`, http.StatusForbidden},
		{"Bearer " + token, `{"email":"new@example.com","current_password":"wrong"}`, http.StatusForbidden},
		{"Bearer made-up", `{"email":"new@example.com"}`, http.StatusUnauthorized},
		{"Bearer " + token, `{"email":"admin@example.com"}`, http.StatusBadRequest},
		{"Bearer " + token, `{"email":"new@example.com","phone_number":"+442071838751"}`, http.StatusBadRequest},
	} {
		assert.Equal(t, tc.want, s.manage(tc.authorization, http.MethodPatch, "/users/"+alice+"/request-change-contact-info", tc.body).status, tc)
	}
	assert.Equal(t, http.StatusForbidden, s.manage("Bearer "+token, http.MethodPatch, "/users/"+admin+"/request-change-contact-info", `{"email":"new@example.com"}`).status, "of another user")
	begun(t, s.manage("Bearer "+token, http.MethodPatch, "/users/"+alice+"/request-change-contact-info", `{"email":"new@example.com"}`), http.StatusAccepted)
	code := s.messageTo("new@example.com").Code
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPatch, "/users/"+alice+"/contact-info", `{"token":"`+code+`"}`).status)
	assert.Equal(t, http.StatusNoContent, s.manage("Bearer "+token, http.MethodPatch, "/users/"+alice+"/contact-info", `{"token":"`+code+`"}`).status)
	assert.Equal(t, http.StatusOK, s.signIn("new@example.com", "wonderland"))
	former := s.messageTo("alice@example.com")
	assert.Equal(t, "contact_changed", former.Kind)
	assert.True(t, strings.HasPrefix(former.Link, s.url+"/undo?"), former.Link)

	got := s.manage("Bearer "+token, http.MethodPut, "/users/profile", `{"name":"Alice Liddell","locale":"en-GB"}`)
	assert.Equal(t, http.StatusOK, got.status, got.body)
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPut, "/users/profile", `{"name":"x"}`).status)
	for body, want := range map[string]int{
		`{"password":"another long password"}`:                            http.StatusForbidden,
		`{"current_password":"wrong","password":"another long password"}`: http.StatusForbidden,
		`{"current_password":"wonderland","password":"short"}`:            http.StatusBadRequest,
	} {
		assert.Equal(t, want, s.manage("Bearer "+token, http.MethodPatch, "/users/"+alice+"/password", body).status, body)
	}
	assert.Equal(t, http.StatusNoContent, s.manage("", http.MethodPatch, "/users/"+alice+"/password", `{"current_password":"wonderland","plainPassword":"another long password"}`).status)
	assert.Equal(t, http.StatusUnauthorized, s.userInfo(token).status, "what was issued has ended")
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPatch, "/users/"+nothing+"/password", `{"current_password":"x","password":"another long password"}`).status)
}

// A phone number is removed with the same proof as it is changed, and comes back by the link that the number
// gets. What the account is recovered with stays.
func TestPeopleRemoveTheirPhoneNumber(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	alice := s.devUserID("alice")
	token := "Bearer " + s.passwordToken("alice", "wonderland")
	const path, number = "/request-change-contact-info", "+442071838750"
	other := s.client("reader", "--grant-type", "client_credentials", "--scope", "gatehouse:users:read", "--dev")
	s.soon(func() bool {
		return s.manage(basic("reader", other), http.MethodGet, "/users", "").status == http.StatusOK
	}, "the client is unknown")
	for _, tc := range []struct {
		authorization, user, body string
		want                      int
	}{
		{"", alice, `{"phone_number":""}`, http.StatusForbidden},
		{"", alice, `{"phone_number":null}`, http.StatusForbidden},
		{"", alice, `{"phone_number":"","current_password":"wrong"}`, http.StatusForbidden},
		{basic("reader", other), alice, `{"phone_number":""}`, http.StatusForbidden},
		{"Bearer made-up", alice, `{"phone_number":""}`, http.StatusUnauthorized},
		{token, s.devUserID("admin"), `{"phone_number":""}`, http.StatusForbidden},
		{token, nothing, `{"phone_number":""}`, http.StatusForbidden},
		{token, alice, `{}`, http.StatusBadRequest},
		{token, alice, `{"phone_number":"","email":null}`, http.StatusBadRequest},
		{token, alice, `{"phone_number":"","email":"new@example.com"}`, http.StatusBadRequest},
		{token, alice, `{"phone_number":7}`, http.StatusBadRequest},
		{token, alice, `{"phone_number":" "}`, http.StatusBadRequest},
	} {
		assert.Equal(t, tc.want, s.manage(tc.authorization, http.MethodPatch, "/users/"+tc.user+path, tc.body).status, tc)
	}
	shown := func() map[string]any {
		t.Helper()
		var u map[string]any
		require.NoError(t, json.Unmarshal(s.command("user", "get", "alice", "--json", "--dev"), &u))
		return u
	}
	assert.Equal(t, number, shown()["phone_number"])

	got := s.manage("", http.MethodPatch, "/users/"+alice+path, `{"phoneNumber":null,"current_password":"wonderland"}`)
	assert.Equal(t, []any{http.StatusNoContent, ""}, []any{got.status, got.body})
	assert.Empty(t, shown()["phone_number"])
	m := s.messageTo(number)
	assert.Equal(t, []string{"contact_changed", "sms"}, []string{m.Kind, m.Channel})
	assert.Contains(t, m.Text, "was removed")
	assert.True(t, strings.HasPrefix(m.Link, s.url+"/undo?"), m.Link)
	assert.Equal(t, http.StatusNoContent, s.manage(token, http.MethodPatch, "/users/"+alice+path, `{"phone_number":""}`).status, "it is removed already")

	assert.Equal(t, map[string]string{"email": "fos_user.email.last_contact"}, faults(t, s.manage(token, http.MethodPatch, "/users/"+alice+path, `{"email":""}`)))
	assert.Equal(t, "alice@example.com", shown()["email"])
}

func TestRegistrationCanBeOff(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_REGISTRATION=off")
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPost, "/users", `{"username":"bob","email":"bob@example.com","password":"a long password"}`).status)
	assert.Equal(t, http.StatusForbidden, s.get("/register").status)
	assert.NotContains(t, s.get("/login").body, "/register")
	assert.NotContains(t, s.get("/.well-known/openid-configuration").body, `"create"`)
	refused := s.redirected(s.asking(url.Values{"prompt": {"create"}}))
	assert.Equal(t, []string{"127.0.0.1", "invalid_request", "s"}, []string{refused.Hostname(), refused.Query().Get("error"), refused.Query().Get("state")}, refused)
	assert.Contains(t, refused.Query().Get("error_description"), "create")
}

// Who registered before registration was turned off does not get an account afterwards.
func TestRegistrationsEndWithRegistration(t *testing.T) {
	t.Parallel()
	s := dev(t)
	id := begun(t, s.manage("", http.MethodPost, "/users", `{"username":"bob","email":"bob@example.com","password":"a long password"}`), http.StatusAccepted)
	link := s.messageTo("bob@example.com").Link
	code := s.messageTo("bob@example.com").Code
	s.stop()
	s.env = append(s.env, "GATEHOUSE_REGISTRATION=off")
	s.run()
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+code, "").status)
	assert.Equal(t, http.StatusForbidden, s.manage("", http.MethodPatch, "/users/"+id+"/resend-confirmation-token", "").status)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar}
	page, err := browser.Get(link)
	require.NoError(t, err)
	body, err := io.ReadAll(page.Body)
	require.NoError(t, errors.Join(err, page.Body.Close()))
	token := regexp.MustCompile(`name="page" value="([^"]+)"`).FindSubmatch(body)
	require.NotEmpty(t, token, string(body))
	for _, action := range []string{"", "resend"} {
		form := url.Values{"page": {string(token[1])}, "id": {id}, "code": {code}, "password": {"a long password"}, "action": {action}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/verify", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		got, err := browser.Do(r)
		require.NoError(t, errors.Join(err, got.Body.Close()))
		assert.Equal(t, http.StatusForbidden, got.StatusCode, action)
	}
	assert.NotEqual(t, http.StatusOK, s.signIn("bob", "a long password"))
}

// Who finds the messages to an address used up learns for how long, in the response and on the page, and can still
// use the code that was sent last.
func TestMessagesToAnAddressAreUsedUp(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	const apply = `{"username":"frank","email":"frank@example.com","password":"a long password"}`
	var id string
	for range 10 {
		id = begun(t, s.manage("", http.MethodPost, "/users", apply), http.StatusAccepted)
	}
	for _, got := range []response{s.manage("", http.MethodPost, "/users", apply), s.manage("", http.MethodPatch, "/users/"+id+"/resend-confirmation-token", "")} {
		assert.Equal(t, http.StatusTooManyRequests, got.status, got.body)
		assert.Contains(t, []string{"3600", "3540"}, got.header.Get("Retry-After"))
	}
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar}
	page, err := browser.Get(s.url + "/register?ui_locales=en")
	require.NoError(t, err)
	body, err := io.ReadAll(page.Body)
	require.NoError(t, errors.Join(err, page.Body.Close()))
	token := regexp.MustCompile(`name="page" value="([^"]+)"`).FindSubmatch(body)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/register", strings.NewReader(url.Values{"page": {string(token[1])}, "email": {"frank@example.com"}, "password": {"a long password"}}.Encode()))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	page, err = browser.Do(r)
	require.NoError(t, err)
	body, err = io.ReadAll(page.Body)
	require.NoError(t, errors.Join(err, page.Body.Close()))
	assert.Equal(t, http.StatusTooManyRequests, page.StatusCode)
	assert.NotEmpty(t, page.Header.Get("Retry-After"))
	assert.Regexp(t, `try again in (1 hour|59 minutes)\.`, string(body))

	begun(t, s.manage("", http.MethodPut, "/users/"+id+"/confirmation-token/"+s.messageTo("frank@example.com").Code, ""), http.StatusCreated)
}

// asking is an authorization request of the demonstration application.
func (s *server) asking(more url.Values) string {
	query := url.Values{
		"client_id": {"demo-spa"}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for name, values := range more {
		query[name] = values
	}
	return s.url + "/oauth/authorize?" + query.Encode()
}

// redirected is where a request is sent on to.
func (s *server) redirected(address string) *url.URL {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got, err := client.Get(address)
	require.NoError(s.t, err)
	require.NoError(s.t, got.Body.Close())
	require.Equal(s.t, http.StatusSeeOther, got.StatusCode)
	to, err := got.Location()
	require.NoError(s.t, err)
	return to
}

// Whom the application expects is filled in, as at the sign-in.
func TestRegistrationProposesWhomTheApplicationExpects(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	field := func(page, id string) string {
		found := regexp.MustCompile(`<input id="` + id + `"[^>]*? value="([^"]*)"`).FindStringSubmatch(page)
		require.NotNil(t, found, page)
		return found[1]
	}
	for hint, want := range map[string][]string{
		"erin@example.com": {"erin@example.com", "", ""}, "+4915112345678": {"", "&#43;4915112345678", ""}, "erin": {"", "", "erin"}, "": {"", "", ""},
		`"><script>`: {"", "", "&#34;&gt;&lt;script&gt;"}, strings.Repeat("x", 300): {"", "", ""},
	} {
		to := s.redirected(s.asking(url.Values{"prompt": {"create"}, "login_hint": {hint}}))
		page := s.get(to.RequestURI())
		assert.Equal(t, want, []string{field(page.body, "email"), field(page.body, "phone"), field(page.body, "username")}, hint)
		signIn := s.get(strings.TrimPrefix(s.asking(url.Values{"login_hint": {hint}}), s.url))
		link := regexp.MustCompile(`href="(/register[^"]*)"`).FindStringSubmatch(signIn.body)
		require.NotNil(t, link)
		page = s.get(strings.ReplaceAll(link[1], "&amp;", "&"))
		assert.Equal(t, want, []string{field(page.body, "email"), field(page.body, "phone"), field(page.body, "username")}, hint)
	}
}

func (s *server) passwordToken(name, password string) string {
	s.t.Helper()
	got := s.post("/oauth/token", "demo-trusted", "demo-trusted-secret-0123456789abcdef", url.Values{"grant_type": {"password"}, "username": {name}, "password": {password}})
	require.Equal(s.t, http.StatusOK, got.status, got.body)
	var body struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(got.body), &body))
	return body.AccessToken
}

func (s *server) devUserID(name string) string {
	s.t.Helper()
	var u struct{ ID string }
	require.NoError(s.t, json.Unmarshal(s.command("user", "get", name, "--json", "--dev"), &u))
	return u.ID
}

// Proxies buffer 4 KiB of response headers by default, and respond with 502 when there are more.
func TestRegistrationHasShortHeaders(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, state := range []int{10, 300, 500, 800} {
		query := url.Values{
			"client_id": {"demo-spa"}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid"}, "prompt": {"create"},
			"state": {strings.Repeat("s", state)}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
		}
		got, err := browser.Get(s.url + "/oauth/authorize?" + query.Encode())
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		page, err := browser.Get(s.url + got.Header.Get("Location"))
		require.NoError(t, err)
		body, err := io.ReadAll(page.Body)
		require.NoError(t, errors.Join(err, page.Body.Close()))
		form := url.Values{"email": {fmt.Sprintf("erin%d@example.com", state)}, "password": {"a long password"}}
		for _, field := range regexp.MustCompile(`name="(page|flow)" value="([^"]+)"`).FindAllStringSubmatch(string(body), -1) {
			form.Set(field[1], field[2])
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/register", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		posted, err := browser.Do(r)
		require.NoError(t, err)
		require.NoError(t, posted.Body.Close())
		require.Equal(t, http.StatusSeeOther, posted.StatusCode, state)
		var head strings.Builder
		require.NoError(t, posted.Header.Write(&head))
		assert.Less(t, head.Len(), 4096, "a flow of %d bytes", len(form.Get("flow")))
		next, err := browser.Get(s.url + posted.Header.Get("Location"))
		require.NoError(t, err)
		body, err = io.ReadAll(next.Body)
		require.NoError(t, errors.Join(err, next.Body.Close()))
		assert.Contains(t, string(body), `name="flow"`, "the application is not lost")
	}
}

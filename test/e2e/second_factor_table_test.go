package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// demanding is a policy for second factors, for users with one of its roles.
type demanding struct {
	settings []string
	roles    string // of the users, in JSON
	// free: a user without a factor gets a session by the password.
	free bool
}

// policies are all of them.
func policies() map[string]demanding {
	const everyone, role, grace = "GATEHOUSE_SECOND_FACTOR_FOR=everyone", "GATEHOUSE_SECOND_FACTOR_FOR=editor", "GATEHOUSE_SECOND_FACTOR_GRACE=24h"
	return map[string]demanding{
		"none":            {nil, `[]`, true},
		"everyone":        {[]string{everyone}, `[]`, false},
		"with grace":      {[]string{everyone, grace}, `[]`, true},
		"of a role":       {[]string{role}, `["editor"]`, false},
		"of another role": {[]string{role}, `[]`, true},
	}
}

// states are the factors that users have set up.
func states() map[string][]string {
	return map[string][]string{"no factor": nil, "totp": {"totp"}, "passkey": {"passkey"}, "both": {"totp", "passkey"}}
}

// In no cell of policy, state of the user and path is there a session without what the policy demands.
func TestNoPathToASessionAvoidsTheSecondFactor(t *testing.T) {
	t.Parallel()
	for name, policy := range policies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := dev(t, append(policy.settings, "GATEHOUSE_REMEMBER_SECOND_FACTOR=24h", manyAttempts+",factor-prefix=1000/1s,sign-in-prefix=1000/1s,page-prefix=1000/1s,authorize-prefix=1000/1s")...)
			caller := s.userManager()
			stranger := s.newPerson(t, caller, "stranger", policy.roles)
			stranger.setUp("totp", "passkey")
			for state, kinds := range states() {
				u := s.newPerson(t, caller, strings.ReplaceAll(state, " ", "-"), policy.roles)
				if kinds != nil {
					u.setUp(kinds...)
				}
				c := &cell{u, stranger, len(kinds) > 0, len(kinds) == 0 && policy.free, nil}
				t.Run(state, func(t *testing.T) {
					u.t, stranger.t = t, t
					c.byPassword(t)
					c.byPasskey(t)
					c.byRecoveryCode(t)
					c.remembered(t)
					c.steppingUp(t)
					c.ownAccount(t)
					c.byReset(t)
				})
			}
			s.registers(t, policy)
			s.accepts(t, caller, policy)
		})
	}
}

// userManager makes a client that manages users.
func (s *server) userManager() string {
	s.t.Helper()
	caller := basic("users", s.client("users", "--grant-type", "client_credentials", "--scope", "gatehouse:users:write gatehouse:users:read", "--dev"))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
	return caller
}

// newPerson makes a user with roles, in JSON.
func (s *server) newPerson(t *testing.T, caller, name, roles string) *person {
	t.Helper()
	created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"`+name+`","email":"`+name+`@example.com","plainPassword":"a long password","roles":`+roles+`}`)
	require.Equal(t, http.StatusCreated, created.status, created.body)
	return &person{server: s, t: t, id: created.json(t)["id"].(string), name: name, password: "a long password"}
}

// cell is a user under a policy: one who has a factor, or gets a session by the password.
type cell struct {
	u, stranger *person
	has, free   bool
	browser     *userAgent // that remembers the factor
}

// byPassword: the page leads on to what is missing, and the proof that it leaves behind is no session. Neither is the
// password a token.
func (c *cell) byPassword(t *testing.T) {
	p := c.u.userAgent(t)
	p.cookies["gatehouse_session"] = "planted"
	got := c.u.gives(p)
	assert.Equal(t, c.free, p.signedIn(), "password")
	page := p.follow(got).body
	assert.Equal(t, c.has, strings.Contains(page, `id="factor-page"`), "it asks for the factor")
	if !c.has && !c.free {
		assert.Contains(t, page, `id="set-up-page"`)
	}
	for _, form := range []url.Values{{}, {"code": {"000000"}}, {"use": {"passkey"}}, {"use": {"recovery_code"}, "code": {"00000-00000"}}, {"use": {"remembered"}}} {
		p.request(http.MethodPost, "/factor", form)
		for _, action := range []string{"later", "done"} {
			p.request(http.MethodPost, "/set-up", url.Values{"action": {action}})
		}
		assert.Equal(t, c.free, p.signedIn(), "%v", form)
	}
	assert.Contains(t, []string{"login_required", "consent_required"}, errorOf(t, p.asks("prompt", "none", "acr_values", "2")))
	assert.Equal(t, c.free, c.u.signIn(c.u.name, c.u.password) == http.StatusOK, "password grant")
}

// byPasskey: a passkey is enough alone. That of another person signs that one in, or nobody.
func (c *cell) byPasskey(t *testing.T) {
	if c.u.key != nil {
		p := c.u.userAgent(t)
		assert.True(t, p.sent(asserted(t, p.open("/login"), c.u.key)))
		assert.True(t, p.signedIn(), "passkey")
	}
	foreign := func(page string) {
		t.Helper()
		p := c.u.userAgent(t)
		c.u.gives(p)
		shown := p.open(page)
		form := asserted(t, p.open("/login"), c.stranger.key)
		if strings.Contains(shown.body, " data-get=") {
			options := optionsOf(t, shown)
			answer, err := c.stranger.key.AssertWith(c.stranger.key.Keys[0], options, func(r *passkeytest.Response) { r.Handle = nil })
			require.NoError(t, err)
			form = url.Values{"use": {"passkey"}, "ceremony": {hidden(t, shown, "ceremony")}, "response": {string(answer)}}
		}
		p.request(http.MethodPost, "/factor", form)
		assert.Equal(t, c.free, p.signedIn(), "the passkey of another person")
	}
	foreign("/factor")
}

// byRecoveryCode: it does for a factor after the password, and not without it.
func (c *cell) byRecoveryCode(t *testing.T) {
	code := c.stranger.codes[0]
	if c.has {
		code = c.u.code()
	}
	alone := c.u.userAgent(t)
	alone.open("/login")
	c.u.recovers(alone, code)
	assert.False(t, alone.signedIn(), "a recovery code alone")
	other := c.u.userAgent(t)
	c.stranger.gives(other)
	if c.has {
		c.u.recovers(other, code)
		assert.False(t, other.signedIn(), "the code of another person")
	}
	p := c.u.userAgent(t)
	c.u.gives(p)
	c.u.recovers(p, code)
	assert.Equal(t, c.free || c.has, p.signedIn(), "recovery code")
	c.u.recovers(alone, code)
	assert.False(t, alone.signedIn(), "a used recovery code")
}

// remembered: a browser that was given the factor asks this person for the password alone, but it is one factor.
func (c *cell) remembered(t *testing.T) {
	p := c.u.userAgent(t)
	c.stranger.gives(p)
	c.stranger.recovers(p, c.stranger.code(), "remember")
	require.True(t, p.signedIn())
	require.Contains(t, p.cookies, "gatehouse_factor")
	delete(p.cookies, "gatehouse_session")
	assert.False(t, p.signedIn(), "the cookie is no session")
	c.u.gives(p)
	assert.Equal(t, c.free, p.signedIn(), "the browser of another person")
	if !c.has {
		return
	}
	p = c.u.userAgent(t)
	c.u.gives(p)
	c.u.recovers(p, c.u.code(), "remember")
	delete(p.cookies, "gatehouse_session")
	c.u.gives(p)
	assert.True(t, p.signedIn(), "remembered")
	c.browser = p
	for _, page := range []string{"/account/security/password", "/account/security/email", "/account/security/phone"} {
		assert.Equal(t, "/factor?next="+url.QueryEscape(page), p.open(page).header.Get("Location"), "what the account is recovered by")
	}
	assert.Equal(t, "login_required", errorOf(t, p.asks("prompt", "none", "acr_values", "2")))
	assert.Contains(t, p.follow(p.asks("acr_values", "2")).body, `id="factor-page"`)
	page := p.open("/set-up")
	assert.NotContains(t, page.body, `id="set-up-page"`, "another factor is not set up by the password alone")
}

// steppingUp: an application that asks for a class gets it or nothing.
func (c *cell) steppingUp(t *testing.T) {
	p := c.u.userAgent(t)
	c.u.gives(p)
	if c.has {
		c.u.recovers(p, c.u.code())
	}
	signedIn := c.free || c.has
	require.Equal(t, signedIn, p.signedIn())
	for _, class := range []string{"2", "phr"} {
		got := p.asks("acr_values", class)
		page := p.follow(got).body
		switch {
		case !signedIn:
			assert.Contains(t, page, `id="login-page"`, class)
		case !c.has:
			assert.Contains(t, page, `id="set-up-page"`, class)
		case class == "2":
			assert.Contains(t, page, `id="consent-page"`)
		case c.u.key == nil:
			assert.Contains(t, page, `id="set-up-page"`, class)
		default:
			assert.Contains(t, page, `id="factor-page"`, class)
		}
		if !strings.Contains(page, `id="consent-page"`) {
			assert.Equal(t, "login_required", errorOf(t, p.asks("acr_values", class, "prompt", "none")))
		}
	}
}

// byReset: who reads the mail chooses a password, and needs the factor all the same.
func (c *cell) byReset(t *testing.T) {
	p := c.u.userAgent(t)
	address := c.u.name + "@example.com"
	p.request(http.MethodPost, "/recover", url.Values{"contact": {address}})
	m := c.u.messageTo(address)
	link, err := url.Parse(m.Link)
	require.NoError(t, err)
	c.u.password = "another long password"
	done := p.request(http.MethodPost, "/reset", url.Values{"id": {link.Query().Get("id")}, "code": {m.Code}, "password": {c.u.password}})
	require.Equal(t, http.StatusSeeOther, done.status, done.body)
	assert.False(t, p.signedIn(), "reset")
	got := c.u.gives(p)
	assert.Equal(t, c.free, p.signedIn(), "password after the reset")
	assert.Equal(t, c.has, strings.HasPrefix(got.header.Get("Location"), "/factor"))
	if c.has {
		delete(c.browser.cookies, "gatehouse_session")
		c.u.gives(c.browser)
		assert.False(t, c.browser.signedIn(), "a browser remembers the user as it was")
		c.u.recovers(p, c.u.code())
		assert.True(t, p.signedIn())
	}
}

// registers: a new account is no way around.
func (s *server) registers(t *testing.T, policy demanding) {
	t.Helper()
	p := s.userAgent(t)
	begun(t, s.manage("", http.MethodPost, "/users", `{"username":"new","email":"new@example.com","password":"a long password"}`), http.StatusAccepted)
	m := s.messageTo("new@example.com")
	link, err := url.Parse(m.Link)
	require.NoError(t, err)
	got := p.request(http.MethodPost, "/verify", url.Values{"id": {link.Query().Get("id")}, "code": {m.Code}, "password": {"a long password"}})
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	demanded := len(policy.settings) == 1 && strings.HasSuffix(policy.settings[0], "=everyone")
	assert.Equal(t, !demanded, p.signedIn(), "registration")
	reminded := slices.Contains(policy.settings, "GATEHOUSE_SECOND_FACTOR_GRACE=24h")
	assert.Equal(t, demanded || reminded, strings.HasPrefix(got.header.Get("Location"), "/set-up"))
}

// accepts: neither is an invitation, which says the roles.
func (s *server) accepts(t *testing.T, caller string, policy demanding) {
	t.Helper()
	invitation := s.manage(caller, http.MethodPost, "/users/invitations", `{"email":"invited@example.com","roles":`+policy.roles+`}`)
	require.Equal(t, http.StatusCreated, invitation.status, invitation.body)
	m := s.messageTo("invited@example.com")
	link, err := url.Parse(m.Link)
	require.NoError(t, err)
	p := s.userAgent(t)
	got := p.request(http.MethodPost, "/register/invitation", url.Values{"id": {link.Query().Get("id")}, "code": {link.Query().Get("code")}, "username": {"invited"}, "password": {"a long password"}})
	require.Equal(t, http.StatusSeeOther, got.status, got.body)
	assert.Equal(t, policy.free, p.signedIn(), "invitation")
	assert.Equal(t, policy.free, s.signIn("invited", "a long password") == http.StatusOK, "password grant")
}

// errorOf is the error that an application receives.
func errorOf(t *testing.T, got response) string {
	t.Helper()
	location, err := url.Parse(got.header.Get("Location"))
	require.NoError(t, err)
	return location.Query().Get("error")
}

// ownAccount: a caller of the API who knows the password alone changes nothing that a second factor protects.
func (c *cell) ownAccount(t *testing.T) {
	body, err := json.Marshal(map[string]string{"current_password": c.u.password, "email": "thief@example.com"})
	require.NoError(t, err)
	got := c.u.manage("", http.MethodPatch, "/users/"+c.u.id+"/request-change-contact-info", string(body))
	assert.Equal(t, c.has, got.status == http.StatusForbidden, got.body)
}

package e2e_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// person is a user of a development server, with what the person has to sign in.
type person struct {
	*server

	t                  *testing.T
	id, name, password string
	key                *passkeytest.Authenticator
	secret             string // of the authenticator app
	codes              []string
}

// gives types the user name and the password.
func (u *person) gives(p *userAgent) response {
	u.t.Helper()
	return p.request(http.MethodPost, "/login", url.Values{"username": {u.name}, "password": {u.password}})
}

// setUp sets factors up, each of which is "totp" or "passkey".
func (u *person) setUp(kinds ...string) {
	u.t.Helper()
	p := u.userAgent(u.t)
	page := p.follow(u.gives(p))
	for _, kind := range kinds {
		if !strings.Contains(page.body, `id="set-up-page"`) {
			page = p.open("/set-up")
		}
		got := p.follow(p.request(http.MethodPost, "/set-up", u.creates(page, kind)))
		for _, m := range regexp.MustCompile(`<li><code>([^<]+)</code>`).FindAllStringSubmatch(got.body, -1) {
			u.codes = append(u.codes, m[1])
		}
		require.Less(u.t, got.status, http.StatusBadRequest, got.body)
		page = got
	}
	if len(kinds) > 0 {
		require.Len(u.t, u.codes, 10, "with the first factor alone")
	}
}

// creates is the form of a page with a new factor.
func (u *person) creates(page response, kind string) url.Values {
	u.t.Helper()
	if kind == "totp" {
		m := regexp.MustCompile(`<code id="secret">([A-Z2-7 ]+)</code>`).FindStringSubmatch(page.body)
		require.NotNil(u.t, m, page.body)
		u.secret = strings.ReplaceAll(m[1], " ", "")
		return url.Values{"proposal": {hidden(u.t, page, "proposal")}, "code": {factortest.Code(u.secret, time.Now())}}
	}
	u.key = passkeytest.New(u.url)
	answer, err := u.key.Create(optionsOf(u.t, page))
	require.NoError(u.t, err)
	return url.Values{"use": {"passkey"}, "name": {"Key"}, "ceremony": {hidden(u.t, page, "ceremony")}, "response": {string(answer)}}
}

// code is a recovery code that was not used yet.
func (u *person) code() string {
	u.t.Helper()
	require.NotEmpty(u.t, u.codes)
	code := u.codes[0]
	u.codes = u.codes[1:]
	return code
}

// recovers types a recovery code on the page for second factors.
func (u *person) recovers(p *userAgent, code string, more ...string) response {
	form := url.Values{"use": {"recovery_code"}, "code": {code}}
	for _, name := range more {
		form.Set(name, "1")
	}
	return p.request(http.MethodPost, "/factor", form)
}

// asks opens an authorization request of the demo application, with further parameters.
func (p *userAgent) asks(more ...string) response {
	p.t.Helper()
	query := url.Values{
		"client_id": {"demo-spa"}, "redirect_uri": {"http://127.0.0.1/callback"}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"},
		"code_challenge": {strings.Repeat("A", 43)}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return p.open("/oauth/authorize?" + query.Encode())
}

// signedIn tells whether there is a session that applications are told about.
func (p *userAgent) signedIn() bool {
	p.t.Helper()
	got := p.asks("prompt", "none")
	location, err := url.Parse(got.header.Get("Location"))
	require.NoError(p.t, err)
	answer := location.Query().Get("error")
	assert.Contains(p.t, []string{"login_required", "consent_required"}, answer, got.body)
	return answer == "consent_required"
}

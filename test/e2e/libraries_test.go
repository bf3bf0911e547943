package e2e_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// libraryRequest is a token request as a library sends it. ID, SECRET, CODE, VERIFIER, REDIRECT
// and REFRESH are placeholders in the header and the body; values in the body are form-encoded.
type libraryRequest struct {
	basic  string // Basic credentials before base64; empty: no Authorization header
	body   string
	status int // 0: 200
}

const (
	bareBasic    = "ID:SECRET"           // RFC 7617
	encodedBasic = "ID_FORM:SECRET_FORM" // RFC 6749 section 2.3.1
)

// libraryRequests are the requests of each library with its defaults, for provider metadata with
// client_secret_basic and client_secret_post and a registration without a method.
func libraryRequests() map[string][]libraryRequest {
	const code = "grant_type=authorization_code&code=CODE&redirect_uri=REDIRECT"
	return map[string][]libraryRequest{
		"openid-client 6": {
			{body: "redirect_uri=REDIRECT&code=CODE&code_verifier=VERIFIER&grant_type=authorization_code&client_id=ID&client_secret=SECRET"},
			{body: "refresh_token=REFRESH&grant_type=refresh_token&client_id=ID&client_secret=SECRET"},
		},
		"openid-client 5": {
			{basic: encodedBasic, body: code + "&code_verifier=VERIFIER"},
			{basic: encodedBasic, body: "grant_type=refresh_token&refresh_token=REFRESH"},
		},
		"oauth4webapi":           {{basic: encodedBasic, body: "redirect_uri=REDIRECT&code=CODE&code_verifier=VERIFIER&grant_type=authorization_code"}},
		"passport-openidconnect": {{body: code + "&client_id=ID&client_secret=SECRET"}},
		"simple-oauth2":          {{basic: encodedBasic, body: "code=CODE&redirect_uri=REDIRECT&grant_type=authorization_code"}},
		"Authlib": {
			{basic: bareBasic, body: "grant_type=authorization_code&redirect_uri=REDIRECT&code=CODE&code_verifier=VERIFIER"},
			{basic: bareBasic, body: "grant_type=refresh_token&refresh_token=REFRESH&scope=openid+email+profile"},
		},
		"requests-oauthlib": {
			{basic: bareBasic, body: "grant_type=authorization_code&code=CODE&redirect_uri=REDIRECT"},
			{body: "grant_type=refresh_token&client_id=ID&client_secret=SECRET&scope=openid+email+profile&refresh_token=REFRESH"},
		},
		"mozilla-django-oidc":           {{body: "client_id=ID&client_secret=SECRET&grant_type=authorization_code&code=CODE&redirect_uri=REDIRECT"}},
		"mozilla-django-oidc, by Basic": {{basic: bareBasic, body: "client_id=ID&grant_type=authorization_code&code=CODE&redirect_uri=REDIRECT&code_verifier=VERIFIER"}},
		"django-allauth":                {{body: "redirect_uri=REDIRECT&grant_type=authorization_code&code=CODE&client_id=ID&client_secret=SECRET&code_verifier=VERIFIER"}},
		"django-allauth, by Basic":      {{basic: bareBasic, body: "redirect_uri=REDIRECT&grant_type=authorization_code&code=CODE"}},
		"JupyterHub":                    {{body: "code=CODE&grant_type=authorization_code&redirect_uri=REDIRECT&data=None&code_verifier=VERIFIER&client_id=ID&client_secret=SECRET"}},
		"JupyterHub, by Basic":          {{basic: bareBasic, body: "code=CODE&grant_type=authorization_code&redirect_uri=REDIRECT&data=None"}},
		"zitadel/oidc": {
			{basic: encodedBasic, body: "code=CODE&code_verifier=VERIFIER&grant_type=authorization_code&redirect_uri=REDIRECT"},
			{body: "client_id=ID&client_secret=SECRET&grant_type=refresh_token&refresh_token=REFRESH"},
		},
		"Keycloak as a broker": {{body: "code=CODE&grant_type=authorization_code&redirect_uri=REDIRECT&client_id=ID&client_secret=SECRET"}},
		"go-oidc and oauth2-proxy, which find out by trying": {
			{basic: encodedBasic, body: code},
			{basic: encodedBasic, body: "grant_type=refresh_token&refresh_token=REFRESH"},
		},
		"Rust openidconnect": {{basic: encodedBasic, body: "grant_type=authorization_code&code=CODE&code_verifier=VERIFIER&redirect_uri=REDIRECT"}},
		"Spring Security":    {{basic: encodedBasic, body: code}},
		"mod_auth_openidc":   {{basic: encodedBasic, body: code + "&code_verifier=VERIFIER"}},
		"AppAuth with a secret": {
			{basic: encodedBasic, body: "code=CODE&code_verifier=VERIFIER&redirect_uri=REDIRECT&grant_type=authorization_code"},
			{basic: encodedBasic, body: "grant_type=refresh_token&refresh_token=REFRESH"},
		},
	}
}

// libraryUser is an application with a signed-in user.
type libraryUser struct {
	*server
	*userAgent

	id, secret, refresh string
}

// signed gets a code, with PKCE if the request sends a verifier.
func (u *libraryUser) fill(t *testing.T, request libraryRequest) *strings.Replacer {
	t.Helper()
	verifier, code := oauth2.GenerateVerifier(), ""
	if strings.Contains(request.body, "CODE") {
		more := url.Values{"client_id": {u.id}, "scope": {"openid profile email offline_access"}}
		if strings.Contains(request.body, "VERIFIER") {
			more.Set("code_challenge", oauth2.S256ChallengeFromVerifier(verifier))
			more.Set("code_challenge_method", "S256")
		}
		page := u.authorize(more)
		if strings.Contains(page.body, `id="consent-page"`) {
			page = u.agree(page, true)
		}
		code = returned(t, page).Get("code")
	}
	return strings.NewReplacer("ID_FORM", url.QueryEscape(u.id), "SECRET_FORM", url.QueryEscape(u.secret), "ID", u.id, "SECRET", u.secret,
		"CODE", code, "VERIFIER", verifier, "REDIRECT", callback, "REFRESH", u.refresh)
}

func (u *libraryUser) request(t *testing.T, l libraryRequest) response {
	t.Helper()
	values := u.fill(t, l)
	pairs := strings.Split(l.body, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		if filled := values.Replace(value); filled != value {
			value = url.QueryEscape(filled)
		}
		pairs[i] = name + "=" + value
	}
	r, err := http.NewRequest(http.MethodPost, u.url+"/oauth/token", strings.NewReader(strings.Join(pairs, "&")))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if l.basic != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(values.Replace(l.basic))))
	}
	return u.send(r)
}

// The most used libraries get their tokens with their defaults, from one registration, with a
// secret that form encoding changes.
func TestLibrariesAuthenticateWithTheirDefaults(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := "s+ecret/of=an%20other&provider:" + strings.Repeat("x", 32)
		s.stdin(secret+"\n", "client", "create", "Any library", "any-library", "--secret-stdin", "--grant-type", "authorization_code", "--grant-type", "refresh_token",
			"--redirect-uri", callback, "--scope", "openid profile email offline_access")
		p := s.userAgent(t)
		p.signIn(nil)
		for name, requests := range libraryRequests() {
			u := &libraryUser{server: s, userAgent: p, id: "any-library", secret: secret}
			for _, request := range requests {
				got := u.request(t, request)
				if !assert.Equal(t, http.StatusOK, got.status, "%s: %s: %s", name, request.body, got.body) {
					break
				}
				u.refresh, _ = got.json(t)["refresh_token"].(string)
			}
			// A wrong secret yields the usual message, and a challenge only if the request used the
			// Authorization header (RFC 6749 section 5.2).
			u.secret = secret[1:]
			got := u.request(t, requests[0])
			assert.Equal(t, "invalid_client", got.json(t)["error"], name)
			assert.Equal(t, http.StatusUnauthorized, got.status, name)
			assert.Equal(t, requests[0].basic != "", got.header.Get("WWW-Authenticate") != "", name)
		}
	})
}

// Public clients identify themselves by client_id in the body or by Basic with an empty secret.
func TestPublicClientIdentification(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		s.client("spa", "--public", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback, "--scope", "openid profile email offline_access")
		p := s.userAgent(t)
		p.signIn(nil)
		const code = "code=CODE&code_verifier=VERIFIER&redirect_uri=REDIRECT&grant_type=authorization_code"
		for name, requests := range map[string][]libraryRequest{
			"AppAuth, oidc-client-ts": {{body: "client_id=ID&" + code}, {body: "grant_type=refresh_token&refresh_token=REFRESH&client_id=ID"}},
			"an empty secret":         {{body: "client_id=ID&client_secret=&" + code}},
			"curl -u spa:":            {{basic: "ID:", body: code}, {basic: "ID:", body: "client_id=ID&grant_type=refresh_token&refresh_token=REFRESH"}},
			"a secret it has not":     {{body: "client_id=ID&client_secret=x&" + code, status: 401}},
			"Basic with a secret":     {{basic: "ID:x", body: code, status: 401}},
			"no verifier":             {{basic: "ID:", body: "code=CODE&redirect_uri=REDIRECT&grant_type=authorization_code&code_verifier=VERIFIERX", status: 400}},
		} {
			u := &libraryUser{server: s, userAgent: p, id: "spa"}
			for _, request := range requests {
				got, want := u.request(t, request), request.status
				if want == 0 {
					want = http.StatusOK
				}
				assert.Equal(t, want, got.status, "%s: %s", name, got.body)
				if got.status == http.StatusOK {
					u.refresh, _ = got.json(t)["refresh_token"].(string)
				}
			}
		}
	})
}

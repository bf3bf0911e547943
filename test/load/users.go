package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// userSession is the session of a signed-in user.
type userSession struct{ cookie string }

const (
	userName     = "load"
	userPassword = "a password of the load test"
	redirectURI  = "https://app.example.test/callback"
)

// registerUsers creates a user and, for each algorithm of ID tokens, a first-party client, which
// needs no consent.
func (h *system) registerUsers(ctx context.Context) error {
	if err := h.cliWith(ctx, userPassword+"\n", "user", "create", userName, "--email", "load@example.com", "--password-stdin"); err != nil {
		return err
	}
	for _, c := range []struct {
		into *credentials
		alg  string
	}{{&h.rs256, "RS256"}, {&h.es256, "ES256"}} {
		var err error
		*c.into, err = h.register(ctx, "load-"+strings.ToLower(c.alg), "--grant-type", "authorization_code", "--first-party",
			"--redirect-uri", redirectURI, "--scope", "openid", "--scope", "profile", "--id-token-alg", c.alg)
		if err != nil {
			return err
		}
	}
	var err error
	h.trusted, err = h.register(ctx, "load-trusted", "--grant-type", "password", "--grant-type", "refresh_token", "--first-party",
		"--scope", "openid", "--id-token-alg", "ES256", "--auth-method", "client_secret_post")
	return err
}

// signIn submits the sign-in form.
func (h *system) signIn(ctx context.Context) (userSession, error) {
	form := url.Values{"username": {userName}, "password": {userPassword}}
	response, err := h.post(ctx, "/login", form)
	if err != nil {
		return userSession{}, err
	}
	if i := slices.IndexFunc(response.cookies, isSession); i >= 0 {
		return userSession{cookie: response.cookies[i].Name + "=" + response.cookies[i].Value}, nil
	}
	return userSession{}, fmt.Errorf("sign in: status %d and no session", response.status)
}

func isSession(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "gatehouse_session") }

type httpResponse struct {
	status  int
	cookies []*http.Cookie
	body    []byte
}

func (h *system) post(ctx context.Context, path string, form url.Values) (httpResponse, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return httpResponse{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return exchange(http.DefaultTransport, r)
}

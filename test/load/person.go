package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// person is somebody who is signed in: a cookie.
type person struct{ cookie string }

const (
	personName     = "load"
	personPassword = "a password of the load test"
	redirectURI    = "https://app.example.test/callback"
)

// registerPeople makes a user and first-party clients, whose users are not asked, for each
// algorithm of ID tokens.
func (h *system) registerPeople(ctx context.Context) error {
	if err := h.cliWith(ctx, personPassword+"\n", "user", "create", personName, "--email", "load@example.com", "--password-stdin"); err != nil {
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

// signIn sends the sign-in form, as a browser does.
func (h *system) signIn(ctx context.Context) (person, error) {
	form := url.Values{"username": {personName}, "password": {personPassword}}
	answer, err := h.post(ctx, "/login", form)
	if err != nil {
		return person{}, err
	}
	for _, c := range answer.cookies {
		if strings.HasSuffix(c.Name, "gatehouse_session") {
			return person{cookie: c.Name + "=" + c.Value}, nil
		}
	}
	return person{}, fmt.Errorf("sign in: status %d and no session", answer.status)
}

type visited struct {
	status  int
	cookies []*http.Cookie
	body    []byte
}

func (h *system) post(ctx context.Context, path string, form url.Values) (visited, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return visited{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return visited{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return visited{answer.StatusCode, answer.Cookies(), body}, err
}

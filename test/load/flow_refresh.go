package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// refresh rotates a refresh token for each worker, as an application does that always uses the
// newest.
type refresh struct {
	system *system
	client *credentials
	label  string
	scope  string
	tokens []string // the newest, by worker
}

func newRefresh(h *system, c *credentials, label, scope string) *refresh {
	return &refresh{system: h, client: c, label: label, scope: scope}
}

func (f *refresh) name() string { return f.label }

// prepare gets a refresh token for each worker by the password grant.
func (f *refresh) prepare(ctx context.Context, _ time.Duration) error {
	f.tokens = make([]string, f.system.connections)
	for i := range f.tokens {
		var err error
		if f.tokens[i], err = f.first(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *refresh) first(ctx context.Context) (string, error) {
	response, err := f.system.post(ctx, "/oauth/token", url.Values{
		"grant_type": {"password"}, "username": {userName}, "password": {userPassword}, "scope": {f.scope},
		"client_id": {f.client.id}, "client_secret": {f.client.secret},
	})
	if err != nil {
		return "", err
	}
	if response.status != http.StatusOK {
		return "", fmt.Errorf("password grant: status %d: %s", response.status, response.body)
	}
	return refreshTokenIn(response.body)
}

func (f *refresh) Request(worker, _ int) []byte {
	return generator.PostFormBody(host, "/oauth/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {f.tokens[worker]}, "client_id": {f.client.id}, "client_secret": {f.client.secret},
	})
}

func (f *refresh) CheckResponse(worker, _ int, r generator.Response) error {
	if err := expect(r, `"access_token":"`); err != nil {
		return err
	}
	next, err := refreshTokenIn(r.Body)
	if err == nil && next == f.tokens[worker] {
		err = errors.New("the refresh token was not rotated")
	}
	f.tokens[worker] = next
	return err
}

func refreshTokenIn(body []byte) (string, error) {
	var got struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.RefreshToken == "" {
		return "", errors.New("no refresh token in the response")
	}
	return got.RefreshToken, nil
}

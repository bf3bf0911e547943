package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// codeFlow is the code flow of a signed-in user: an authorization request that yields a code,
// and its exchange with PKCE for an access token and an ID token. A flow takes two requests: the
// figures of the table for 1,000 requests are those of 500 flows.
type codeFlow struct {
	system    *system
	client    *credentials
	label     string
	authorize []byte
	codes     []string // by worker
}

// The verifier and challenge of RFC 7636 appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func newCodeFlow(h *system, c *credentials, label string) *codeFlow {
	return &codeFlow{system: h, client: c, label: label}
}

func (f *codeFlow) name() string { return f.label }

func (f *codeFlow) prepare(ctx context.Context, _ time.Duration) error {
	session, err := f.system.signIn(ctx)
	if err != nil {
		return err
	}
	q := url.Values{
		"client_id": {f.client.id}, "response_type": {"code"}, "redirect_uri": {redirectURI}, "scope": {"openid profile"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}
	f.authorize = fmt.Appendf(nil, "GET /oauth/authorize?%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", q.Encode(), host, session.cookie)
	f.codes = make([]string, f.system.connections)
	return nil
}

// Request gets a code and exchanges it, in turn.
func (f *codeFlow) Request(worker, _ int) []byte {
	if f.codes[worker] == "" {
		return f.authorize
	}
	return generator.PostForm(host, "/oauth/token", f.client.id, f.client.secret, url.Values{
		"grant_type": {"authorization_code"}, "code": {f.codes[worker]}, "redirect_uri": {redirectURI}, "code_verifier": {verifier},
	})
}

func (f *codeFlow) CheckResponse(worker, _ int, r generator.Response) error {
	if f.codes[worker] != "" {
		f.codes[worker] = ""
		return expect(r, `"id_token":"`)
	}
	if r.Status != http.StatusSeeOther {
		return fmt.Errorf("authorize: status %d", r.Status)
	}
	_, query, _ := bytes.Cut(r.Header("Location"), []byte("?"))
	values, err := url.ParseQuery(string(query))
	if err != nil || values.Get("code") == "" {
		return errors.New("authorize: no code")
	}
	f.codes[worker] = values.Get("code")
	return nil
}

// userInfo requests UserInfo for one token.
type userInfo struct {
	system  *system
	message []byte
}

func newUserInfo(h *system) *userInfo { return &userInfo{system: h} }

func (*userInfo) name() string { return "userinfo" }

func (f *userInfo) prepare(ctx context.Context, pass time.Duration) error {
	flow := newCodeFlow(f.system, &f.system.es256, "")
	if err := flow.prepare(ctx, pass); err != nil {
		return err
	}
	g := generator.New(f.system.address, 1)
	defer func() { _ = g.Close() }()
	capture := &tokenCapture{codeFlow: flow}
	if r := g.Run(ctx, generator.Limit{Duration: startTime, Requests: 2}, capture); r.FirstError != nil {
		return fmt.Errorf("get a token for userinfo: %w", r.FirstError)
	}
	f.message = fmt.Appendf(nil, "GET /oauth/userinfo HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", host, capture.token)
	return nil
}

func (f *userInfo) Request(int, int) []byte { return f.message }

func (*userInfo) CheckResponse(_, _ int, r generator.Response) error { return expect(r, `"sub":"`) }

// tokenCapture records the access token of a flow.
type tokenCapture struct {
	*codeFlow

	token string
}

// CheckResponse also records the access token.
func (t *tokenCapture) CheckResponse(worker, i int, r generator.Response) error {
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if t.codes[worker] != "" && json.Unmarshal(r.Body, &got) == nil {
		t.token = got.AccessToken
	}
	return t.codeFlow.CheckResponse(worker, i, r)
}

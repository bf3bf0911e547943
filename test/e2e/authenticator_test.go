package e2e_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// authenticator is one that is built into the device of a window, as the browser simulates it.
type authenticator struct {
	w  *window
	id webauthn.AuthenticatorID
}

// call sends a command to the browser of the window.
func call[P, R any](w *window, command cdp.Command[P, R], params P) (result R) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		result, err = cdp.Call(ctx, target, command, params)
		return err
	}))
	return result
}

// authenticator adds one, whose user verifies with a finger and is present whenever it asks.
func (w *window) authenticator() *authenticator {
	w.t.Helper()
	return w.attach(webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	})
}

// securityKey adds an older one: it keeps no passkeys, and verifies nobody.
func (w *window) securityKey() *authenticator {
	w.t.Helper()
	return w.attach(webauthn.VirtualAuthenticatorOptions{Protocol: "ctap2", Transport: "usb", AutomaticPresenceSimulation: true})
}

func (w *window) attach(options webauthn.VirtualAuthenticatorOptions) *authenticator {
	w.t.Helper()
	call(w, webauthn.Enable, webauthn.EnableParams{})
	added := call(w, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options})
	return &authenticator{w, added.AuthenticatorID}
}

// present says whether the user touches the authenticator when it asks for that.
func (a *authenticator) present(is bool) {
	a.w.t.Helper()
	call(a.w, webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: a.id, Enabled: is})
}

// verified says whether the authenticator recognizes its user.
func (a *authenticator) verified(is bool) {
	a.w.t.Helper()
	call(a.w, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: is})
}

// keys are the passkeys in it.
func (a *authenticator) keys() []*webauthn.Credential {
	a.w.t.Helper()
	return call(a.w, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials
}

// add puts a copy of a passkey into it.
func (a *authenticator) add(key *webauthn.Credential, count float64) {
	a.w.t.Helper()
	// The parameters of webauthn.AddCredential have members that authenticators of this kind refuse.
	command := cdp.Command[map[string]any, cdp.Empty]{Method: webauthn.CommandAddCredential}
	call(a.w, command, map[string]any{"authenticatorId": a.id, "credential": map[string]any{
		"credentialId": key.CredentialID, "isResidentCredential": true, "rpId": key.RpID, "privateKey": key.PrivateKey, "userHandle": key.UserHandle, "signCount": count,
	}})
}

// remove throws it away.
func (a *authenticator) remove() {
	a.w.t.Helper()
	call(a.w, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: a.id})
}

// scripts says whether the window runs the scripts of pages.
func (w *window) scripts(run bool) {
	w.t.Helper()
	call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
}

// proofs are what an ID token says of how its user signed in.
type proofs struct {
	Subject string   `json:"sub"`
	ACR     string   `json:"acr"`
	AMR     []string `json:"amr"`
}

// idToken accepts the consent page and returns what the application learns.
func (w *window) idToken(verifier string) (got proofs) {
	w.t.Helper()
	w.do(chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	token, err := w.config.Exchange(w.ctx, w.callbackParams().Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(w.t, err)
	signed, err := jose.ParseSignedCompact(token.Extra("id_token").(string), []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.PS256})
	require.NoError(w.t, err)
	require.NoError(w.t, json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &got))
	return got
}

// signOut ends the session of the window.
func (w *window) signOut() {
	w.t.Helper()
	w.do(chromedp.Navigate(w.server.url+"/oauth/logout"), chromedp.WaitVisible("#logout-page"), chromedp.Click("#logout-confirm"), chromedp.WaitVisible("#logged-out"))
}

// signedOut asserts that the window has no session.
func (w *window) signedOut(t *testing.T) {
	t.Helper()
	w.start(oauth2.SetAuthURLParam("prompt", "none"))
	assert.Equal(t, "login_required", w.callbackParams().Get("error"))
}

// texts are those of all elements that a selector matches.
func (w *window) texts(selector string) []string {
	w.t.Helper()
	return strings.Split(read(w, chromedp.Evaluate[string](`[...document.querySelectorAll('`+selector+`')].map(e => e.textContent.trim()).join('\n')`)), "\n")
}

// kindsTo are the kinds of the messages to an address, the newest first.
func (s *server) kindsTo(address string) (kinds []string) {
	s.t.Helper()
	var all []shownMessage
	require.NoError(s.t, json.Unmarshal([]byte(s.get("/dev/outbox.json").body), &all))
	for _, m := range all {
		if m.To == address {
			kinds = append(kinds, m.Kind)
		}
	}
	return kinds
}

package demo

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// callback receives the response of the server.
func (a application) callback(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	switch code, own := query.Get("code"), begun(r); {
	case query.Get("error") != "":
		return a.Pages.DemoProblem(w, pages.DemoProblem{
			Code: query.Get("error"), Description: query.Get("error_description"), URI: query.Get("error_uri"),
		})
	case code == "":
		return errors.New("the query of the request has neither a code nor an error; " +
			"browsers do not send the fragment (the part after #) to a server, only a script in the page can read a response there")
	case own.State == "" || subtle.ConstantTimeCompare([]byte(own.State), []byte(query.Get("state"))) == 0:
		// Not started here: typed by a user, or sent by another site that wants this browser to
		// accept its code. It is shown, and not exchanged.
		return a.Pages.DemoCode(w, pages.DemoCode{
			Code: code, State: query.Get("state"), Public: a.exchangeCommand(a.Public, code), Web: a.exchangeCommand(a.Web, code),
		})
	case query.Get("iss") != a.Issuer: // RFC 9207
		return fmt.Errorf("the response is from another issuer: %q", query.Get("iss"))
	case own.Exchanged: // a reload: to exchange the code again would revoke the tokens (RFC 6749 section 4.1.2)
		return a.Pages.DemoUsed(w)
	default:
		if err := setAttempt(w, attempt{State: own.State, Exchanged: true}); err != nil {
			return err
		}
		answer, err := a.exchange(r.Context(), own, code)
		if err != nil {
			return err
		}
		return a.Pages.DemoAnswer(w, answer)
	}
}

// exchange gets the tokens, verifies the ID token, and requests UserInfo.
func (a application) exchange(ctx context.Context, own attempt, code string) (pages.DemoAnswer, error) {
	ctx = oidc.ClientContext(ctx, a.HTTP)
	c := a.client(own.Client)
	token, err := a.oauth(c).Exchange(ctx, code, oauth2.VerifierOption(own.Verifier))
	if err != nil {
		return pages.DemoAnswer{}, fmt.Errorf("the code could not be exchanged: %w", err)
	}
	server, err := oidc.NewProvider(ctx, a.Issuer)
	if err != nil {
		return pages.DemoAnswer{}, fmt.Errorf("discovery failed: %w", err)
	}
	text, _ := token.Extra("id_token").(string)
	idToken, err := server.Verifier(&oidc.Config{ClientID: c.ID}).Verify(ctx, text)
	if err != nil {
		return pages.DemoAnswer{}, fmt.Errorf("the ID token is not valid: %w", err)
	}
	if idToken.Nonce != own.Nonce {
		return pages.DemoAnswer{}, errors.New("the ID token has another nonce")
	}
	person, err := server.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return pages.DemoAnswer{}, fmt.Errorf("UserInfo could not be requested: %w", err)
	}
	claims, err := indented(idToken.Claims)
	if err != nil {
		return pages.DemoAnswer{}, err
	}
	info, err := indented(person.Claims)
	if err != nil {
		return pages.DemoAnswer{}, err
	}
	answer := pages.DemoAnswer{
		Client: c.ID, Code: code, AccessToken: token.AccessToken, RefreshToken: token.RefreshToken, IDToken: text,
		Claims: claims, UserInfo: info,
	}
	a.commands(&answer, c)
	return answer, nil
}

// indented formats claims for reading.
func indented(claims func(any) error) (string, error) {
	var all map[string]any
	if err := claims(&all); err != nil {
		return "", fmt.Errorf("the claims could not be read: %w", err)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	return string(text), err
}

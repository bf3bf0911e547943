package oauth

import (
	"errors"
	"net/http"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// asRefusal turns what fosite returned into a refusal. fosite's own codes include some that no
// specification defines (invalid_state, insufficient_entropy, not_found, error), and its
// descriptions repeat the caller's input: neither may reach a response. An error that is not
// fosite's is returned as it is.
func asRefusal(err error) error {
	var r *refusal.Refusal
	if errors.As(err, &r) {
		return err
	}
	var f *fosite.RFC6749Error
	if !errors.As(err, &f) {
		return err
	}
	known := map[string]struct {
		code        refusal.Code
		check       refusal.Check
		description string
	}{
		fosite.ErrInvalidClient.ErrorField:        {refusal.InvalidClient, refusal.CheckClientUnknown, "Client authentication failed."},
		fosite.ErrInvalidGrant.ErrorField:         {refusal.InvalidGrant, refusal.CheckClientGrant, "The grant is invalid."},
		fosite.ErrInvalidScope.ErrorField:         {refusal.InvalidScope, refusal.CheckScope, "The scope is invalid."},
		fosite.ErrUnauthorizedClient.ErrorField:   {refusal.UnauthorizedClient, refusal.CheckClientGrant, "The client may not do this."},
		fosite.ErrUnsupportedGrantType.ErrorField: {refusal.UnsupportedGrantType, refusal.CheckGrantType, "This server does not offer the grant type."},
	}
	if k, ok := known[f.ErrorField]; ok {
		return refusal.New(k.code, k.check, k.description).Because(err)
	}
	if f.CodeField >= http.StatusInternalServerError {
		return err
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The request is malformed.").Because(err)
}

// withClientID notes the client concerned where a refusal does not have it yet.
func withClientID(err error, id string) error {
	var r *refusal.Refusal
	if errors.As(err, &r) && r.ClientID == "" {
		r.ClientID = id
	}
	return err
}

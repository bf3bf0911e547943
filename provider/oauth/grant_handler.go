package oauth

import (
	"context"
	"errors"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// tokenIssuer stores what was prepared, and prepares issuances that need no code or refresh token.
type tokenIssuer interface {
	clientIssuer
	userIssuer
	frontIssuer
	approver
}

// preparedStore stores what was prepared. It returns grant.ErrRaced, grant.ErrClientDisabled, and the errors of
// package grant about what the issuance was prepared for.
type preparedStore interface {
	Store(ctx context.Context, p *grant.Prepared, by client.GrantType) error
}

// issuance is what one grant type does.
type issuance interface {
	// prepare reads, checks and signs, outside any transaction.
	prepare(ctx context.Context, call *Call) (*grant.Prepared, error)
	// refusal turns an error of package grant, from either phase, into a refusal.
	refusal(call *Call, err error) error
}

// wording is the refusal for one error of package grant.
type wording struct {
	err         error
	code        refusal.Code
	check       refusal.Check
	description string
}

// worded turns an error into its refusal in the list; one that is not listed is returned as it is.
func worded(err error, list []wording) error {
	for _, w := range list {
		if errors.Is(err, w.err) {
			return withTimes(refusal.New(w.code, w.check, w.description).Because(err), err)
		}
	}
	return err
}

// grantHandler implements fosite's interface for all grant types. fosite's own handlers check in
// one step and write in another, so that several concurrent requests can succeed with the same
// code or refresh token.
type grantHandler struct {
	issuance

	grantType client.GrantType
	store     preparedStore
}

var _ fosite.TokenEndpointHandler = (*grantHandler)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*grantHandler) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (h *grantHandler) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	types := r.GetGrantTypes()
	return len(types) == 1 && types[0] == string(h.grantType)
}

// HandleTokenEndpointRequest prepares the issuance.
func (h *grantHandler) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	call := CallOf(ctx)
	p, err := h.prepare(ctx, call)
	if err != nil {
		return h.refusal(call, err)
	}
	exchangeOf(r).prepared = p
	return nil
}

// PopulateTokenEndpointResponse stores the issuance and fills the response. scope is always in it
// (RFC 6749 section 5.1 requires it when it differs from the request), with an array beside it for
// clients that would otherwise split on the wrong character.
func (h *grantHandler) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	p := exchangeOf(r).prepared
	if err := h.store.Store(ctx, p, h.grantType); err != nil {
		call := CallOf(ctx)
		if errors.Is(err, grant.ErrClientDisabled) { // after it was authenticated
			return challenged(call, authenticationFailed(refusal.CheckClientDisabled, call.client.ID).Because(err))
		}
		return h.refusal(call, err)
	}
	response.SetAccessToken(p.AccessToken)
	response.SetTokenType("Bearer")
	response.SetExpiresIn(p.ExpiresIn)
	response.SetScopes(p.Scopes)
	scopes := p.Scopes
	if scopes == nil {
		scopes = []string{} // an empty list, not null
	}
	response.SetExtra("scopes", scopes)
	if p.RefreshToken != "" {
		response.SetExtra("refresh_token", p.RefreshToken)
	}
	return nil
}

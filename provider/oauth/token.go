package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// TokenResponse is the response to a token request. Parameters are those of RFC 6749 section 5.1;
// they contain credentials.
type TokenResponse struct {
	Parameters map[string]any
	ClientID   string
}

// GrantTypes lists what the token endpoint offers.
func (c *composition) GrantTypes() []client.GrantType { return slices.Clone(c.grants) }

// Token handles a token request (RFC 6749 section 3.2). When it returns without an error, what it
// issued is committed.
func (p *Provider) Token(ctx context.Context, call *Call) (TokenResponse, error) {
	ctx = WithCall(ctx, call)
	grantType := client.GrantType(call.Form.Get("grant_type"))
	if grantType == "" {
		return TokenResponse{}, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter grant_type is missing.")
	}
	// fosite responds with invalid_request here, and ignores case.
	if !slices.Contains(p.grants, grantType) {
		return TokenResponse{}, refusal.New(refusal.UnsupportedGrantType, refusal.CheckGrantType,
			"This server does not offer "+quoted("the grant type", string(grantType), "the grant type that was asked for")+".").
			Compare(refusal.FieldGrantType, joined(p.grants), string(grantType))
	}
	if err := p.authenticate(ctx, call); err != nil {
		return TokenResponse{}, err
	}
	if !call.client.MayUse(grantType) {
		return TokenResponse{}, refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant,
			"The client is not registered for this grant type.").For(call.client.ID).
			Compare(refusal.FieldGrantType, joined(call.client.GrantTypes), string(grantType))
	}
	response, err := p.issue(ctx, call)
	if err != nil {
		return TokenResponse{}, withClientID(asRefusal(p.settle(ctx, err)), call.client.ID)
	}
	return TokenResponse{Parameters: response.ToMap(), ClientID: call.client.ID}, nil
}

// issue repeats a request that lost a race from the start: then it reads what the winner wrote, and
// signs outside the transaction again.
func (p *Provider) issue(ctx context.Context, call *Call) (fosite.AccessResponder, error) {
	const tries = 3 // after a lost race the second finds the winner's successor
	for range tries {
		response, err := p.tryIssue(ctx, call)
		if !errors.Is(err, grant.ErrRaced) {
			return response, err
		}
	}
	return nil, fmt.Errorf("issue: lost %d races: %w", tries, provider.ErrUnavailable)
}

// tryIssue reads, checks and signs outside any transaction, then claims and stores inside one,
// where that takes more than one statement. A transaction that is repeated repeats only the latter.
func (p *Provider) tryIssue(ctx context.Context, call *Call) (fosite.AccessResponder, error) {
	x := &exchange{}
	request, err := p.fosite.NewAccessRequest(ctx, call.request(), x)
	if err != nil {
		return nil, err
	}
	if x.prepared == nil {
		return nil, errNotComposed
	}
	if !x.prepared.Claims() {
		return p.fosite.NewAccessResponse(ctx, request)
	}
	var response fosite.AccessResponder
	err = p.domain.Transactions.InTx(ctx, func(ctx context.Context) error {
		response, err = p.fosite.NewAccessResponse(ctx, request)
		return err
	})
	return response, err
}

// joined lists names in a text.
func joined[T ~string](names []T) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	return strings.Join(list, " ")
}

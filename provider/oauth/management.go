package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Management authorizes a call to the management API for a scope. Three kinds of callers may make
// one: a client registered for the scope, by HTTP Basic; a client with an access token that has the
// scope and names the API as its audience; and a user with the role admin through a client of type
// backend, with every management scope.
func (p *Provider) Management(ctx context.Context, call *Call, scope string) (*Principal, error) {
	ctx = WithCall(ctx, call)
	principal, err := p.manager(ctx, call)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(principal.Scopes, scope) {
		return nil, lacksScope(principal, scope)
	}
	return principal, nil
}

// Caller authenticates the caller of an operation of the management API that needs no scope.
func (p *Provider) Caller(ctx context.Context, call *Call) (*Principal, error) {
	return p.manager(WithCall(ctx, call), call)
}

// lacksScope says what the caller lacks: a client must be registered for the scope, or ask for it, and a
// user must be an administrator, through a client that administers.
func lacksScope(caller *Principal, scope string) *refusal.Refusal {
	check := refusal.CheckManagement
	switch {
	case !caller.UserID.IsZero() && !caller.Client.Administers():
		check = refusal.CheckManagementClient
	case !caller.UserID.IsZero():
		check = refusal.CheckManagementUser
	case caller.Client.MayAsk(scope):
		check = refusal.CheckManagementToken
	}
	r := refusal.New(refusal.InsufficientScope, check, "The caller does not have the scope "+scope+".").
		For(caller.Client.ID).CompareScope(scope, caller.Scopes)
	r.Challenge = realmChallenge + `, error="insufficient_scope", scope="` + scope + `"`
	return r
}

func (p *Provider) manager(ctx context.Context, call *Call) (*Principal, error) {
	if len(call.Authorization) == 0 {
		r := badToken("Credentials are required: the id and secret of a client by HTTP Basic, or an access token.")
		r.Challenge = realmChallenge // RFC 6750 section 3: no error code for a request without credentials
		return nil, call.refuse(ctx, r)
	}
	if len(call.Authorization) == 1 {
		if scheme, _, _ := strings.Cut(call.Authorization[0], " "); strings.EqualFold(scheme, "Basic") {
			return p.managingClient(ctx, call)
		}
	}
	api := Names{p.settings.Issuer + ManagementPath}
	found, err := p.tokenFor(ctx, call, api)
	if err != nil {
		return nil, err
	}
	g := found.grant
	if g.UserID.IsZero() && len(g.Audience) == 0 {
		// A resource server that was sent a token without an audience could replay it here.
		return nil, call.refuse(ctx, api.refuse(found, "The access token does not name the management API as its audience."))
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, err
	}
	if g.UserID.IsZero() {
		return &Principal{Client: found.client, Scopes: audit.Scopes(g.Scopes)}, nil
	}
	return p.administrator(ctx, found)
}

// ManagementPath is that of the management API. With the issuer it is the audience of its tokens.
const ManagementPath = "/api/v1"

// managingClient authenticates a client by HTTP Basic, which counts the request by the client. Browsers show a dialog for a Basic challenge,
// so the refusal has none.
func (p *Provider) managingClient(ctx context.Context, call *Call) (*Principal, error) {
	if err := p.authenticate(ctx, call); err != nil {
		var refused *refusal.Refusal
		if errors.As(err, &refused) {
			refused.Challenge = realmChallenge
		}
		return nil, err
	}
	if call.client.Public() {
		refused := authenticationFailed(refusal.CheckPublicClient, call.client.ID)
		refused.Challenge = realmChallenge
		return nil, call.refuse(ctx, refused)
	}
	return &Principal{Client: call.client, Scopes: audit.Scopes(call.client.Scopes)}, nil
}

// administrator is a user with the role admin. Through a client of another type than backend, a page
// of another site could have the user's browser administer.
func (p *Provider) administrator(ctx context.Context, found *inspected) (*Principal, error) {
	user, err := p.domain.Users.User(ctx, found.grant.UserID)
	switch {
	case errors.Is(err, provider.ErrNotFound), err == nil && user.Disabled:
		return nil, badToken("The access token is unknown, expired or revoked.")
	case err != nil:
		return nil, fmt.Errorf("find user: %w", err)
	}
	principal := &Principal{Client: found.client, UserID: user.ID, AuthTime: found.grant.AuthTime}
	if found.client.Administers() && slices.Contains(user.Roles, account.RoleAdmin) {
		principal.Scopes = audit.AllScopes()
	}
	return principal, nil
}

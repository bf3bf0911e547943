package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// passwordVerifier verifies a password as at the sign-in page, throttled alike. It returns
// account.ErrSignIn and *account.Throttled.
type passwordVerifier interface {
	Verify(ctx context.Context, a account.Attempt) (*account.User, error)
}

// userIssuer issues to a user who proved to be it without a browser.
type userIssuer interface {
	// ForUser returns provider.ErrStale when the user has changed meanwhile.
	ForUser(ctx context.Context, c *client.Client, g *grant.Grant, within func(context.Context, grant.Exchanged) error) error
}

// standingFinder knows whether a user may use a client.
type standingFinder interface {
	Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error)
}

// password is the grant of RFC 6749 section 4.3, for the operator's own applications that
// cannot show a browser. RFC 9700 section 2.4 forbids it to all others.
type password struct {
	signIn    passwordVerifier
	consents  standingFinder
	issuer    userIssuer
	idTokens  *IDTokens
	catalogue scopeCatalogue
	clock     provider.Clock
}

var _ fosite.TokenEndpointHandler = (*password)(nil)

// CanSkipClientAuth is part of fosite.TokenEndpointHandler.
func (*password) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest is part of fosite.TokenEndpointHandler.
func (*password) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(string(client.Password))
}

// HandleTokenEndpointRequest refuses what the client may not have, before a password is
// looked at.
func (h *password) HandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) error {
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	// Registration keeps to this as well; a client that stopped being first-party must not
	// go on collecting passwords.
	if !c.FirstParty {
		return refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant, "The password grant is for first-party clients.").For(c.ID)
	}
	form := r.GetRequestForm()
	for _, name := range []string{"username", "password"} {
		if form.Get(name) == "" {
			return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter "+name+" is missing.").For(c.ID)
		}
	}
	scopes, err := allowedScopes(c, form, h.catalogue)
	if err != nil {
		return err
	}
	audience, err := allowedAudience(c, form)
	if err != nil {
		return err
	}
	for _, s := range scopes {
		r.GrantScope(s)
	}
	for _, a := range audience {
		r.GrantAudience(a)
	}
	return nil
}

// PopulateTokenEndpointResponse verifies the password and issues.
func (h *password) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, response fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	c, err := clientOf(r)
	if err != nil {
		return err
	}
	user, err := h.verify(ctx, c, r)
	if err != nil {
		return err
	}
	now := h.clock.Now(ctx)
	g := &grant.Grant{
		ClientID: c.ID, UserID: user.ID, Subject: user.Subject, User: user, UserGeneration: user.Generation,
		Scopes: r.GetGrantedScopes(), Audience: r.GetGrantedAudience(),
		AuthTime: &now, ACR: passwordACR, AMR: []string{"pwd"},
		Offline: true, // there is no session that it could end with
	}
	err = h.issuer.ForUser(ctx, c, g, func(ctx context.Context, x grant.Exchanged) error {
		populate(response, x.Issued)
		if !slices.Contains(x.Scopes, scopeOpenID) {
			return nil
		}
		idToken, err := h.idTokens.Issue(ctx, c, x)
		if err != nil {
			return err
		}
		response.SetExtra("id_token", idToken)
		return nil
	})
	if errors.Is(err, provider.ErrStale) { // the password was changed while it was being verified
		return wrongPassword(c, err)
	}
	return err
}

func wrongPassword(c *client.Client, cause error) error {
	return refusal.New(refusal.InvalidGrant, refusal.CheckPassword, "The user name or the password is wrong.").For(c.ID).Because(cause)
}

func (h *password) verify(ctx context.Context, c *client.Client, r fosite.AccessRequester) (*account.User, error) {
	form := r.GetRequestForm()
	user, err := h.signIn.Verify(ctx, account.Attempt{Login: form.Get("username"), Password: form.Get("password"), Prefix: originOf(ctx)})
	var throttled *account.Throttled
	switch {
	case errors.Is(err, account.ErrSignIn):
		return nil, wrongPassword(c, err)
	case errors.As(err, &throttled):
		tooMany := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckThrottled, "Too many failed sign-ins. Wait before the next try.").For(c.ID).WithStatus(429)
		tooMany.RetryAfter = throttled.RetryAfter
		return nil, tooMany
	case err != nil:
		return nil, err
	}
	standing, err := h.consents.Standing(ctx, user.ID, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read who may use the client: %w", err)
	}
	if !standing.MayUse {
		return nil, refusal.New(refusal.InvalidGrant, refusal.CheckUserOfClient, "The user may not use this application.").For(c.ID)
	}
	return user, nil
}

package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// passwordVerifier verifies a password as the sign-in page does, with the same throttling. It
// returns account.ErrSignIn and *account.Throttled.
type passwordVerifier interface {
	Verify(ctx context.Context, a account.Attempt) (*account.User, error)
}

// userIssuer prepares tokens for a user who was authenticated without a browser. Storing them
// returns provider.ErrStale when the user has changed meanwhile.
type userIssuer interface {
	ForUser(ctx context.Context, c *client.Client, g *grant.Grant) (*grant.Prepared, error)
}

// standingFinder knows whether a user may use a client.
type standingFinder interface {
	Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error)
}

// secondFactors tells whether what a user has given is enough for this user; see factor.Sessions.
type secondFactors interface {
	Suffice(ctx context.Context, u *account.User, methods []string) error
}

// password is the grant of RFC 6749 section 4.3, for first-party clients that cannot open a
// browser. RFC 9700 section 2.4 forbids it in general.
func password(d Domain) part {
	return part{
		name:      "password",
		grantType: client.Password,
		token:     &grantHandler{issuance: &passwordGrant{d.SignIn, d.Consents, d.Factors, d.Issuer, d.Scopes, d.Clock}, grantType: client.Password, store: d.Issuer},
	}
}

type passwordGrant struct {
	signIn   passwordVerifier
	consents standingFinder
	factors  secondFactors
	issuer   userIssuer
	scopes   scopeCatalogue
	clock    provider.Clock
}

// prepare refuses what the client may not have before it verifies the password.
func (h *passwordGrant) prepare(ctx context.Context, call *Call) (*grant.Prepared, error) {
	c := call.client
	// Registration enforces this too, but a client that stopped being first-party must not go on
	// collecting passwords.
	if !c.FirstParty {
		return nil, refusal.New(refusal.UnauthorizedClient, refusal.CheckClientGrant, "The password grant is for first-party clients.")
	}
	for _, name := range []string{"username", "password"} {
		if call.Form.Get(name) == "" {
			return nil, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter "+name+" is missing.")
		}
	}
	scopes, err := allowedScopes(c, call.Form, h.scopes)
	if err != nil {
		return nil, err
	}
	audience, err := allowedAudience(c, call.Form, scopes)
	if err != nil {
		return nil, err
	}
	user, err := h.verify(ctx, call)
	if err != nil {
		return nil, err
	}
	asked := claimsParameter{UserInfo: namedClaims{}, IDToken: namedClaims{}}
	asked.releasedBy(h.scopes, scopes, c.IDTokenClaims)
	proofs := session.ProvedAt(h.clock.Now(ctx), session.Password)
	at := proofs.AuthTime()
	return h.issuer.ForUser(ctx, c, &grant.Grant{
		ClientID: c.ID, UserID: user.ID, Subject: user.Subject, User: user, UserGeneration: user.Generation,
		Scopes: scopes, Audience: audience, Claims: asked.text(), ClaimsAgreed: true,
		AuthTime: &at, ACR: proofs.ACR(), AMR: proofs.AMR(),
		Offline: true, // there is no session to end with
	})
}

func (*passwordGrant) refusal(_ *Call, err error) error {
	if errors.Is(err, provider.ErrStale) { // the password was changed while it was being verified
		return wrongPassword(err)
	}
	return err
}

func wrongPassword(cause error) error {
	return refusal.New(refusal.InvalidGrant, refusal.CheckPassword, "The user name or the password is wrong.").Because(cause)
}

func (h *passwordGrant) verify(ctx context.Context, call *Call) (*account.User, error) {
	user, err := h.signIn.Verify(ctx, account.Attempt{Login: call.Form.Get("username"), Password: call.Form.Get("password"), Prefix: call.Origin, ClientID: call.client.ID})
	var throttled *account.Throttled
	switch {
	case errors.Is(err, account.ErrSignIn):
		return nil, wrongPassword(err)
	case errors.As(err, &throttled):
		tooMany := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckThrottled, "Too many failed sign-ins. Wait before the next attempt.").WithStatus(429)
		tooMany.RetryAfter = throttled.RetryAfter
		return nil, tooMany
	case err != nil:
		return nil, err
	}
	standing, err := h.consents.Standing(ctx, user.ID, call.client.ID)
	if err != nil {
		return nil, fmt.Errorf("read who may use the client: %w", err)
	}
	if !standing.MayUse {
		return nil, refusal.New(refusal.InvalidGrant, refusal.CheckUserOfClient, "The user may not use this application.")
	}
	if user.DeleteAt != nil {
		return nil, refusal.New(refusal.InvalidGrant, refusal.CheckDeletion, "The account is to be deleted. Until then the user can keep it by signing in with a browser.")
	}
	// Last, after the same work as for a user who gets tokens: a password must not do where the sign-in page
	// asks for more. A factor that is set up meanwhile makes the grant stale.
	err = h.factors.Suffice(ctx, user, []string{session.Password})
	switch {
	case errors.Is(err, factor.ErrProve):
		return nil, refusal.New(refusal.InvalidGrant, refusal.CheckSecondFactor, "The user has a second factor: use the authorization code grant.")
	case errors.Is(err, factor.ErrSetUp), err == nil && !acr.Satisfies(acr.Password, call.client.RequiredACR):
		return nil, refusal.New(refusal.InvalidGrant, refusal.CheckSecondFactor, "A second factor is demanded of the user: use the authorization code grant.")
	case err != nil:
		return nil, err
	}
	return user, nil
}

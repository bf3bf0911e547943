package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// consentStore knows where a user stands with a client.
type consentStore interface {
	Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error)
	Remember(ctx context.Context, userID provider.ID, clientID string, a consent.Agreement, at time.Time) error
}

// approver stores an approval and returns its code. It returns grant.ErrFinished, and
// provider.ErrStale when the user or the session has changed meanwhile.
type approver interface {
	Approve(ctx context.Context, c *client.Client, g *grant.Grant, code grant.Code, within func(context.Context) error) (string, error)
}

// AuthorizeEndpoint decides authorization requests (RFC 6749 section 4.1.1, OpenID Connect
// Core section 3.1.2).
type AuthorizeEndpoint struct {
	clients     clientFinder
	consents    consentStore
	codes       approver
	idTokens    *IDTokens
	catalogue   scopeCatalogue
	requirePKCE bool
	clock       provider.Clock
}

// NewAuthorizeEndpoint makes an AuthorizeEndpoint. RequirePKCE demands PKCE of every client.
func NewAuthorizeEndpoint(clients clientFinder, consents consentStore, codes approver, idTokens *IDTokens, catalogue scopeCatalogue, requirePKCE bool, clock provider.Clock) *AuthorizeEndpoint {
	return &AuthorizeEndpoint{clients: clients, consents: consents, codes: codes, idTokens: idTokens, catalogue: catalogue, requirePKCE: requirePKCE, clock: clock}
}

// Step is what has to happen next with a request.
type Step int

// The steps of a request.
const (
	SignIn  Step = iota + 1 // show the sign-in page
	Consent                 // ask the person
	Approve                 // answer with a code
)

// Flow is an authorization request in progress in one browser.
type Flow struct {
	// ID becomes the grant's id, so that a request is approved once.
	ID provider.ID
	// StartedAt is when the request came: what prompt and max_age demand must have
	// happened since.
	StartedAt time.Time
	Request   *AuthorizeRequest
}

// Next decides what a request needs, given who is signed in (nil: nobody). A request that
// may show no page, but would have to, is refused (threats 10 to 12).
func (e *AuthorizeEndpoint) Next(ctx context.Context, f Flow, s *session.Session) (Step, error) {
	r := f.Request
	silent := r.Asks("none")
	if s == nil || e.mustSignIn(ctx, f, s) {
		if silent {
			return 0, refusal.New(refusal.LoginRequired, refusal.CheckLoginRequired, "Nobody is signed in, or not in the way that was asked for.").For(r.Client.ID)
		}
		return SignIn, nil
	}
	standing, err := e.consents.Standing(ctx, s.User.ID, r.Client.ID)
	if err != nil {
		return 0, fmt.Errorf("read consent: %w", err)
	}
	if !standing.MayUse {
		return 0, refusal.New(refusal.AccessDenied, refusal.CheckUserOfClient, "The user may not use this application.").For(r.Client.ID)
	}
	if mustAsk(r, standing) {
		if silent {
			return 0, refusal.New(refusal.ConsentRequired, refusal.CheckConsentRequired, "The person has not agreed to this yet.").For(r.Client.ID)
		}
		return Consent, nil
	}
	return Approve, nil
}

// mustSignIn: prompt=login, select_account and max_age=0 want proof that is newer than the
// request itself; an answer that must be about somebody else wants that person.
func (e *AuthorizeEndpoint) mustSignIn(ctx context.Context, f Flow, s *session.Session) bool {
	r := f.Request
	if !r.isAbout(s.User.Subject) {
		return true
	}
	if !s.AuthTime.Before(f.StartedAt) {
		return false
	}
	if r.Asks("login") || r.Asks("select_account") {
		return true
	}
	return r.MaxAge != nil && e.clock.Now(ctx).Sub(s.AuthTime) >= max(*r.MaxAge, time.Nanosecond)
}

// mustAsk: a public client whose answers any program on the machine could receive is asked
// about each time (RFC 8252 section 8.6, fosite.md 34), the operator's own included: it is
// that one which such a program would pose as. Others of the operator's are not asked about.
func mustAsk(r *AuthorizeRequest, standing consent.Standing) bool {
	switch {
	case r.Asks("consent"):
		return true
	case r.Client.Public() && client.Impersonable(r.RedirectURI), client.Undotted(r.RedirectURI):
		return true
	case r.Client.FirstParty:
		return false
	default:
		return !standing.Covers(r.Asked())
	}
}

// Approve answers a request with a code for the person of the session. Remember keeps what
// was agreed to for the next time. It returns a refusal when the request was answered
// before, and provider.ErrStale when the person is not signed in any more as the session says:
// then it takes another Next.
func (e *AuthorizeEndpoint) Approve(ctx context.Context, f Flow, s *session.Session, remember bool) (string, error) {
	r := f.Request
	g := &grant.Grant{
		ID: f.ID, ClientID: r.Client.ID, UserID: s.User.ID, Subject: s.User.Subject, UserGeneration: s.User.Generation,
		SessionID: s.ID, Scopes: r.Scopes, Audience: r.Audience,
		AuthTime: &s.AuthTime, ACR: passwordACR, AMR: s.Methods, Claims: r.Claims.text(), ClaimsAgreed: true,
		Offline: slices.Contains(r.Scopes, scopeOffline),
	}
	code, err := e.codes.Approve(ctx, r.Client, g, grant.Code{
		RedirectURI: r.RedirectURI, Challenge: r.Challenge, Method: r.Method, Nonce: r.Nonce,
	}, func(ctx context.Context) error {
		if !remember {
			return nil
		}
		return e.remember(ctx, r, s)
	})
	if errors.Is(err, grant.ErrFinished) {
		return "", refusal.New(refusal.InvalidRequest, refusal.CheckFinished, "This sign-in has been completed already.").For(r.Client.ID)
	}
	return code, err
}

// remember adds to what was agreed to before.
func (e *AuthorizeEndpoint) remember(ctx context.Context, r *AuthorizeRequest, s *session.Session) error {
	standing, err := e.consents.Standing(ctx, s.User.ID, r.Client.ID)
	if err != nil {
		return fmt.Errorf("read consent: %w", err)
	}
	return e.consents.Remember(ctx, s.User.ID, r.Client.ID, standing.Remembered.And(r.Asked()), e.clock.Now(ctx))
}

// passwordACR says: a password, and nothing more.
const passwordACR = "1"

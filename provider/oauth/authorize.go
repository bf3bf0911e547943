package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// consentStore knows what a user agreed to for a client.
type consentStore interface {
	Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error)
	Remember(ctx context.Context, userID provider.ID, clientID, before string, r consent.Remembered, at time.Time) error
}

// approver stores what a user agreed to. It returns grant.ErrFinished, and provider.ErrStale
// when the user or the session has changed meanwhile.
type approver interface {
	Approve(ctx context.Context, c *client.Client, g *grant.Grant) error
}

// Step is what an authorization request needs next.
type Step int

// The steps of a request.
const (
	SignIn  Step = iota + 1 // show the sign-in page
	Prove                   // ask the signed-in user for another factor
	SetUp                   // have the signed-in user set up another factor
	Keep                    // ask the signed-in user whether to keep the account, which is to be deleted
	Consent                 // ask the user
	Approve                 // respond to the client
	endOfSteps
)

// Steps are all of them.
func Steps() []Step {
	var all []Step
	for s := SignIn; s < endOfSteps; s++ {
		all = append(all, s)
	}
	return all
}

// Flow is an authorization request in progress in one browser.
type Flow struct {
	// ID becomes the grant's id, so that a request is approved once.
	ID provider.ID
	// StartedAt is when the request came: what prompt and max_age demand must have
	// happened since.
	StartedAt time.Time
	Request   *AuthorizeRequest
}

// ClientID is the client of the request; empty: there is no request.
func (f Flow) ClientID() string {
	if f.Request == nil {
		return ""
	}
	return f.Request.Client.ID
}

// Next decides what a request needs, given the session of the browser, or nil. A request with
// prompt=none that needs a page is refused.
func (p *Provider) Next(ctx context.Context, f Flow, s *session.Session) (Step, error) {
	r := f.Request
	silent := r.Asks("none")
	if s != nil && !r.isAbout(s.User) && !s.Proofs.AuthTime().Before(f.StartedAt) {
		// Asking again would show the same page for ever (OpenID Connect Core section 3.1.2.1).
		return 0, refusal.New(refusal.LoginRequired, refusal.CheckLoginRequired, "The user who signed in is not the one that the request demands.").For(r.Client.ID)
	}
	if s == nil || p.mustSignIn(ctx, f, s) {
		if silent {
			return 0, refusal.New(refusal.LoginRequired, refusal.CheckLoginRequired, "No user is signed in, or not in the way that the request demands.").For(r.Client.ID)
		}
		return SignIn, nil
	}
	if s.User.DeleteAt != nil { // no application gets anything of an account that is to be deleted
		if silent {
			return 0, refusal.New(refusal.LoginRequired, refusal.CheckDeletion, "The account of the user is to be deleted.").For(r.Client.ID)
		}
		return Keep, nil
	}
	standing, err := p.domain.Consents.Standing(ctx, s.User.ID, r.Client.ID)
	if err != nil {
		return 0, fmt.Errorf("read consent: %w", err)
	}
	if !standing.MayUse { // before a factor is asked for that would be for nothing
		return 0, refusal.New(refusal.AccessDenied, refusal.CheckUserOfClient, "The user may not use this application.").For(r.Client.ID)
	}
	demanded, err := p.demands(ctx, r, s)
	if err != nil {
		return 0, err
	}
	if !acr.Satisfies(s.Proofs.ACR(), demanded) {
		return p.stepUp(ctx, r, s, demanded)
	}
	if mustAsk(r, standing) {
		if silent {
			return 0, refusal.New(refusal.ConsentRequired, refusal.CheckConsentRequired, "The user has not consented to this request.").For(r.Client.ID)
		}
		return Consent, nil
	}
	return Approve, nil
}

// mustSignIn tells whether the user has to sign in again: for prompt=login, select_account and
// create, and max_age=0 after the request was made, and when the request demands another user.
func (p *Provider) mustSignIn(ctx context.Context, f Flow, s *session.Session) bool {
	r := f.Request
	if !r.isAbout(s.User) {
		return true
	}
	at := s.Proofs.AuthTime()
	if !at.Before(f.StartedAt) {
		return false
	}
	if r.Asks("login") || r.Asks("select_account") || r.Asks("create") {
		return true
	}
	return r.MaxAge != nil && p.domain.Clock.Now(ctx).Sub(at) >= max(*r.MaxAge, time.Nanosecond)
}

// AskedEachTime tells whether consent is asked for each time: any program on the machine can receive
// the response to a loopback or private-scheme URI of a public client (RFC 8252 section 8.6); and a client
// that registered itself, and that nobody verified, must not get anything without a person who sees who it is.
func (r *AuthorizeRequest) AskedEachTime() bool {
	return r.Client.Trust == client.Unverified || (r.Client.Public() && client.Impersonable(r.RedirectURI)) || client.Undotted(r.RedirectURI)
}

// Reason is why consent is asked for, or is not.
type Reason string

// The reasons. Of the first four consent is asked for.
const (
	AskedFor      Reason = "asked_for"      // the request demands it (prompt)
	EachTime      Reason = "each_time"      // another program could get the response: see AskedEachTime
	Unverified    Reason = "unverified"     // the client registered itself: see AskedEachTime
	NotRemembered Reason = "not_remembered" // the user has not agreed to all of it before
	FirstParty    Reason = "first_party"    // clients of the operator's own need none
	Remembered    Reason = "remembered"     // the user agreed to it before, and wanted that remembered
)

// reason is that of a request. First-party clients need no consent, unless it is asked for each time: those are the
// ones that another program would impersonate.
func reason(r *AuthorizeRequest, standing consent.Standing) Reason {
	switch {
	case r.Asks("consent"):
		return AskedFor
	case r.Client.Trust == client.Unverified:
		return Unverified
	case r.AskedEachTime():
		return EachTime
	case r.Client.FirstParty:
		return FirstParty
	case standing.Covers(r.Asked()):
		return Remembered
	default:
		return NotRemembered
	}
}

// mustAsk tells whether the user has to consent.
func mustAsk(r *AuthorizeRequest, standing consent.Standing) bool {
	return slices.Contains([]Reason{AskedFor, EachTime, Unverified, NotRemembered}, reason(r, standing))
}

// approval is an authorization request that is being approved.
type approval struct {
	request *AuthorizeRequest
	grant   *grant.Grant
	// code is the authorization code of the response, and codeText its text for the client; empty: none.
	code     grant.Code
	codeText string
	// prepared is the access token of the response, and what its ID token, idToken, is about; nil: it
	// has neither.
	prepared *grant.Prepared
	idToken  string
}

// approval is that of a request for the user of the session.
func (*Provider) approval(f Flow, s *session.Session) *approval {
	r, at := f.Request, s.Proofs.AuthTime()
	return &approval{request: r, grant: &grant.Grant{
		ID: f.ID, ClientID: r.Client.ID, UserID: s.User.ID, Subject: s.User.Subject, UserGeneration: s.User.Generation,
		User: s.User, SessionID: s.ID, Scopes: r.Scopes, Audience: r.Audience,
		AuthTime: &at, ACR: r.named(s.Proofs.ACR()), AMR: s.Proofs.AMR(), Claims: r.Claims.text(), ClaimsAgreed: true,
		Offline: slices.Contains(r.Scopes, scopeOffline),
	}}
}

// placeholder is the state that fosite sees: it demands one. The response gets the state of the
// request, if there was one.
const placeholder = "state"

// form is the accepted request for fosite, with the checked parameters alone: at a request_uri,
// for example, fosite responds with an error of its own.
func (a *approval) form() url.Values {
	r := a.request
	return url.Values{
		"client_id": {r.Client.ID}, "redirect_uri": {r.RedirectURI}, "response_type": {r.ResponseType},
		"response_mode": {string(r.Mode)}, "scope": {strings.Join(r.Scopes, " ")}, "state": {placeholder},
	}
}

// Decision is what the user decided about a request that is being approved.
type Decision int

// The decisions.
const (
	NotAsked       Decision = iota // the user agreed before, or need not be asked
	AgreedOnce                     // the user agreed to this request
	AgreedForLater                 // and to the same requests in future
)

// Approve approves a request for the user of the session and returns the parameters of the
// response. A decision of the user is recorded, and remembered if the user wanted that, in the same
// transaction. It returns a refusal when the request was approved before, and provider.ErrStale when
// the session is no longer current: then the caller has to call Next again.
func (p *Provider) Approve(ctx context.Context, f Flow, s *session.Session, decision Decision) (url.Values, error) {
	r, a := f.Request, p.approval(f, s)
	call := &Call{Form: a.form(), client: r.Client, approval: a}
	ctx = WithCall(ctx, call)
	request, err := p.fosite.NewAuthorizeRequest(ctx, call.request())
	if err != nil {
		return nil, fmt.Errorf("oauth: fosite refuses a request that was accepted: %w", err)
	}
	for _, x := range p.parts {
		if x.prepare == nil {
			continue
		}
		if err := x.prepare(ctx, a); err != nil {
			return nil, err
		}
	}
	var parameters url.Values
	err = p.domain.Transactions.InTx(ctx, func(ctx context.Context) error {
		if err := p.domain.Issuer.Approve(ctx, r.Client, a.grant); err != nil {
			return err
		}
		response, err := p.fosite.NewAuthorizeResponse(ctx, request, &exchange{})
		if err != nil {
			return err
		}
		parameters = response.GetParameters()
		if decision == NotAsked {
			return nil
		}
		return p.agreed(ctx, f, s, decision == AgreedForLater && !r.AskedEachTime())
	})
	if errors.Is(err, grant.ErrFinished) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFinished, "This sign-in has been completed already.").For(r.Client.ID)
	}
	return parameters, err
}

// agreed records what the user agreed to, and remembers it.
func (p *Provider) agreed(ctx context.Context, f Flow, s *session.Session, remember bool) error {
	r := f.Request
	actor := audit.Self(ctx, s.User.ID)
	actor.ClientID = r.Client.ID
	return p.domain.Audit.Record(ctx, actor, audit.ConsentGive, consent.Target(s.User.ID, r.Client.ID), func(ctx context.Context) (audit.Changes, error) {
		changes := r.Asked().Changes()
		changes["grant_id"] = audit.Change{After: f.ID.String()}
		changes["remembered"] = audit.Change{After: remember}
		if !remember {
			return changes, nil
		}
		return changes, p.remember(ctx, r, s)
	})
}

// remember adds to what was agreed to before. When that changes at the same time, the transaction is
// repeated.
func (p *Provider) remember(ctx context.Context, r *AuthorizeRequest, s *session.Session) error {
	standing, err := p.domain.Consents.Standing(ctx, s.User.ID, r.Client.ID)
	if err != nil {
		return fmt.Errorf("read consent: %w", err)
	}
	return p.domain.Consents.Remember(ctx, s.User.ID, r.Client.ID, standing.Version, standing.Remembered.And(r.Asked()), p.domain.Clock.Now(ctx))
}

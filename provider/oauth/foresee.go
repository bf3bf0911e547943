package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// Outlook is what an authorization request would come to, for an administrator who wants to know why.
type Outlook struct {
	// Refused is why the request is refused; nil: it is not.
	Refused *refusal.Refusal
	// Step is what comes next, and Asked what the user has agreed to once the client has its response.
	Step  Step
	Asked consent.Agreement
	// Why is the reason for which consent is asked for, or is not.
	Why Reason
	// UserInfo and IDToken are the claims about the user that the client gets then.
	UserInfo, IDToken map[string]any
	// Releases are the scopes by which a claim is released, by its name.
	Releases map[string][]string
}

// errForeseen ends the transaction of what is only foreseen.
var errForeseen = errors.New("oauth: foreseen")

// Foresee tells what an authorization request would come to for a user who has just authenticated by the methods (RFC
// 8176). It goes through the steps of a real request and changes nothing: what those store is rolled back. The error is
// never a refusal.
func (p *Provider) Foresee(ctx context.Context, form url.Values, u *account.User, methods []string) (Outlook, error) {
	var o Outlook
	parameters, _, err := p.Unfold(ctx, form) // which may fetch something, and must not keep a transaction open for that
	if err == nil {
		err = p.domain.Transactions.InTx(ctx, func(ctx context.Context) error {
			var err error
			if o, err = p.foresee(ctx, parameters, u, methods); err != nil {
				return err
			}
			return errForeseen
		})
	}
	var refused *refusal.Refusal
	switch {
	case errors.Is(err, errForeseen):
		return o, nil
	case errors.As(err, &refused):
		return Outlook{Refused: refused}, nil
	default:
		return Outlook{}, err
	}
}

func (p *Provider) foresee(ctx context.Context, parameters Parameters, u *account.User, methods []string) (o Outlook, err error) {
	r, err := p.Check(ctx, parameters)
	if err != nil {
		return o, err
	}
	now := p.domain.Clock.Now(ctx)
	f, s := Flow{Request: r, StartedAt: now}, &session.Session{User: u, Proofs: session.ProvedAt(now, methods...), SeenAt: now}
	if o.Step, err = p.Next(ctx, f, s); err != nil {
		return o, err
	}
	standing, err := p.domain.Consents.Standing(ctx, u.ID, r.Client.ID)
	if err != nil {
		return o, fmt.Errorf("read consent: %w", err)
	}
	o.Asked, o.Why = r.Asked(), reason(r, standing)
	a := p.approval(f, s)
	if o.UserInfo, err = p.released(u, r.Client, a.grant); err != nil {
		return o, err
	}
	if o.IDToken, err = p.domain.IDTokens.aboutUser(ctx, r.Client, a.grant, r.Scopes, r.isIDTokenAlone()); err != nil {
		return o, err
	}
	if !slices.Contains(r.Scopes, scopeOpenID) { // there is none
		o.IDToken = map[string]any{}
	}
	if r.isIDTokenAlone() { // there is no access token for UserInfo
		o.UserInfo = map[string]any{}
	}
	o.Releases = p.releases(r.Client, r.Scopes)
	return o, nil
}

// releases are the scopes of a request by which each claim is released.
func (p *Provider) releases(c *client.Client, scopes []string) map[string][]string {
	by := map[string][]string{}
	for _, claim := range consent.Claims() {
		by[claim] = slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool {
			return !c.MayAsk(scope) || consent.ScopeOf(claim) != scope && !slices.Contains(p.domain.Scopes.ClaimsOf(scope), claim)
		})
	}
	return by
}

// released are the claims that UserInfo returns about a user, under a grant.
func (p *Provider) released(u *account.User, c *client.Client, g *grant.Grant) (map[string]any, error) {
	asked, err := parseClaims(g.Claims)
	if err != nil {
		return nil, fmt.Errorf("oauth: claims of grant %s: %w", g.ID, err)
	}
	if !slices.Contains(g.Scopes, scopeOpenID) {
		return map[string]any{}, nil
	}
	may := newRelease(c, p.domain.Scopes, g, g.Scopes)
	claims := pick(u, func(claim string) bool { return may.byScope(claim) || may.byName(claim, asked.UserInfo) })
	claims["sub"] = p.answers().ofGrant(c, g)
	return claims, nil
}

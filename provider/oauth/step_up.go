package oauth

import (
	"context"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// maxACRs bounds how many classes a request can ask for.
const maxACRs = 20

// askForACR adds classes that the application asks for, as acr_values or as the claim acr that is not essential: each
// will do. Those that are not offered are left out: to ask for a class is a wish (OpenID Connect Core section 3.1.2.1), and of those
// that can be met a session has one (RFC 9470 section 4).
func (r *AuthorizeRequest) askForACR(classes []string) {
	for _, class := range classes {
		if len(r.ACRs) < maxACRs && r.offers(class) && !slices.Contains(r.ACRs, class) {
			r.ACRs = append(r.ACRs, class)
		}
	}
}

func (r *AuthorizeRequest) offers(class string) bool {
	return slices.Contains(acr.UpTo(r.offeredACR), class)
}

// Demands is the class that the user must have reached: by the request, and by the registration of the client.
// Empty: any.
func (r *AuthorizeRequest) Demands() string {
	return acr.Stronger(acr.Weakest(r.ACRs), r.Client.RequiredACR)
}

// named is the class that tokens name, of a user who has reached one. What the registration of the client demands was given
// also where the request asks for less.
func (r *AuthorizeRequest) named(reached string) string {
	asked := r.ACRs
	if len(asked) > 0 && !r.essentialACR {
		asked = append(slices.Clone(asked), r.Client.RequiredACR)
	}
	return acr.Reported(reached, asked)
}

// demands is what the request demands, and what is demanded of the user: a role, a factor or the end of a time of grace
// may have come since the session began.
func (p *Provider) demands(ctx context.Context, r *AuthorizeRequest, s *session.Session) (string, error) {
	err := p.domain.Factors.Suffice(ctx, s.User, s.Proofs.Methods)
	if errors.Is(err, factor.ErrProve) || errors.Is(err, factor.ErrSetUp) {
		return acr.Stronger(r.Demands(), acr.TwoFactors), nil
	}
	return r.Demands(), err
}

// stepUp decides how a signed-in user gets to the class that is demanded.
//
// A user who has set a factor up proves it before another one can be set up: who knows the password alone must
// not reach a class by a factor of one's own.
func (p *Provider) stepUp(ctx context.Context, r *AuthorizeRequest, s *session.Session, demanded string) (Step, error) {
	reachable := factor.Class(s.User)
	switch {
	case !r.offers(demanded):
		return 0, unmetACR(r)
	case r.Asks("none"):
		return 0, refusal.New(refusal.LoginRequired, refusal.CheckStepUp, "The user has to give another factor.").For(r.Client.ID).
			Compare(refusal.FieldACR, demanded, s.Proofs.ACR())
	case acr.Satisfies(reachable, demanded), !acr.Satisfies(s.Proofs.ACR(), reachable):
		return Prove, nil
	case !session.Fresh(s, p.domain.Clock.Now(ctx)):
		return SignIn, nil
	default:
		return SetUp, nil
	}
}

func unmetACR(r *AuthorizeRequest) error {
	return refusal.New(refusal.UnmetAuthenticationRequirements, refusal.CheckACR, "The user cannot be authenticated in the way that the application demands.").For(r.Client.ID)
}

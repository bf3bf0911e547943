package api

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// stepUp returns nil for a user without a second factor, or when the caller acts for a user who has just given the
// strongest of them, as the pages of the account demand it. Otherwise whoever knows the password, or has a token from a
// log, could take the account.
func stepUp(p *oauth.Principal, u *account.User, now time.Time) error {
	if len(u.Factors) == 0 {
		return nil
	}
	if p == nil || p.UserID != u.ID || !p.Client.FirstParty {
		return refusal.New(refusal.AccessDenied, refusal.CheckSecondFactor, "The user has a second factor: send an access token of a sign-in with it, through a first-party application.").
			WithStatus(http.StatusForbidden)
	}
	if !factor.MayChange(u, p.AMR) {
		return oauth.StepUp(factor.Class(u), session.FreshFor, "The sign-in of the access token was by less than the user has set up.")
	}
	if p.AuthTime == nil || !session.Fresh(&session.Session{Proofs: session.ProvedAt(*p.AuthTime)}, now) {
		return oauth.StepUp(factor.Class(u), session.FreshFor, "The sign-in of the access token was more than 5 minutes ago.")
	}
	return nil
}

package handlers

import (
	"fmt"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// NotCrossSite keeps changes that a page of another site makes a browser send from reaching the guard.
// Such a page cannot set the Authorization header, but a browser that remembers credentials of the
// server adds them. Programs that are not browsers send neither Sec-Fetch-Site nor Origin.
func NotCrossSite(issuer string, guard route.Guard) (route.Guard, error) {
	origin := http.NewCrossOriginProtection()
	if err := origin.AddTrustedOrigin(issuer); err != nil { // a proxy may change the Host header
		return nil, fmt.Errorf("issuer: %w", err)
	}
	return func(r *http.Request, scope string) (*http.Request, error) {
		if err := origin.Check(r); err != nil {
			return nil, refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The request was sent by a page of another site.").
				WithStatus(http.StatusForbidden).Because(err)
		}
		return guard(r, scope)
	}, nil
}

package websession

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// ReadForm reads a form of one of this server's own pages. Another site must not sign users in or
// out, or agree for them: it could make a victim work in the attacker's account. Shown tells whether
// the form contains a value that was sealed for this browser; it decides about browsers that do not
// say where a form was sent from.
func (s *Sessions) ReadForm(r *http.Request, shown func(form url.Values) bool) (url.Values, error) {
	elsewhere := s.origin.Check(r)
	refused := refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The form was sent from another site.").Because(elsewhere)
	if elsewhere != nil && !originWithheld(r) {
		return nil, refused
	}
	form, err := wire.Form(r)
	if err != nil {
		return nil, err
	}
	// The value is sealed for a cookie that other sites cannot read and that their forms do not
	// send.
	if elsewhere != nil && !shown(form) {
		return nil, refused
	}
	return form, nil
}

// originWithheld: the browser does not say where the form was. That may be a page of this server,
// in a browser without Fetch Metadata that sends no referrer, or a frame of another site.
func originWithheld(r *http.Request) bool {
	return r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == ""
}

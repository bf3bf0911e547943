package ownaccount

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// signInsShown is how many sign-ins the page lists.
const signInsShown = 5

func (o *OwnAccount) serveSecurityPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	records, err := o.Store.Records(r.Context(), audit.Filter{UserID: s.User.ID.String(), Action: audit.UserSignIn}, signInsShown)
	if err != nil {
		return err
	}
	page := pages.OwnSecurity{
		Own: o.own(w, r, s, securityPath), Password: s.User.PasswordHash != "", Email: s.User.Email, Phone: s.User.Phone,
		EmailVerified: s.User.EmailVerified, PhoneVerified: s.User.PhoneVerified, Mail: o.Policy.Mail, SMS: o.Policy.SMS, Factors: len(s.User.Factors) > 0,
	}
	for _, one := range records {
		page.SignIns = append(page.SignIns, pages.OwnSignIn{At: one.At, Device: device(session.Browser{UserAgent: one.Actor.UserAgent}), Network: origin.Network(one.Actor.Address), How: howOf(one)})
	}
	return o.Pages.For(r).OwnSecurity(w, page)
}

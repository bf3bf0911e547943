package ownaccount

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// listed bounds what a page lists.
const listed = 100

func (o *OwnAccount) serveOverview(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	live, err := o.Sessions.List(r.Context(), s.User.ID, true, provider.ID{}, listed)
	if err != nil {
		return err
	}
	apps, err := o.Apps.List(r.Context(), s.User.ID)
	if err != nil {
		return err
	}
	return o.Pages.For(r).OwnOverview(w, pages.OwnOverview{
		Own: o.own(w, r, s, accountPath), Name: s.User.Profile.Name, Picture: o.picturePath(s.User), Email: s.User.Email, Phone: s.User.Phone,
		Sessions: len(live.Sessions), Apps: len(apps), Logout: o.LogoutPath,
	})
}

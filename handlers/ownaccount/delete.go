package ownaccount

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// serveDeletePage asks whether the account is to be deleted or, once that was asked for, whether it is to be kept.
func (o *OwnAccount) serveDeletePage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if s.User.DeleteAt == nil {
		if o.Grace == 0 {
			return noPage(r)
		}
		return o.fresh(deletePath, o.showDelete)(w, r, s)
	}
	return o.showDelete(w, r, s)
}

func (o *OwnAccount) showDelete(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return o.writeDelete(w, r, s, false)
}

func (o *OwnAccount) writeDelete(w http.ResponseWriter, r *http.Request, s *session.Session, lastAdministrator bool) error {
	return o.Pages.For(r).OwnDelete(w, pages.OwnDelete{
		Own: o.own(w, r, s, deletePath), Grace: pages.Lasts{For: o.Grace}, Flow: r.URL.Query().Get("flow"), Logout: o.LogoutPath,
		LastAdministrator: lastAdministrator,
	})
}

// serveDelete receives the wish to have the account deleted, or to keep it.
func (o *OwnAccount) serveDelete(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	if form.Get("action") == "keep" {
		return o.keep(w, r, s, form.Get("flow"))
	}
	if o.Grace == 0 {
		return noPage(r)
	}
	return o.fresh(deletePath, o.requestDeletion)(w, r, s)
}

func (o *OwnAccount) requestDeletion(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	u, err := o.Deletion.RequestDeletion(r.Context(), s.User, o.Grace)
	if errors.Is(err, account.ErrSignIn) { // the password was changed meanwhile, by another browser
		proveAgain(w, deletePath, s)
		return nil
	}
	if errors.Is(err, account.ErrLastAdministrator) {
		canonical.From(r.Context()).Outcome("last_administrator")
		return o.writeDelete(w, r, s, true)
	}
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("deletion_requested")
	o.Web.Forget(w)
	change := []byte(pages.DeletionRequested)
	if u.DeleteAt != nil {
		change = append(change, " "+u.DeleteAt.In(u.Profile.Location()).Format(time.RFC3339)...)
	}
	wire.SeeOther(w, "/done", url.Values{"change": {o.Web.Seal(w, r, websession.Done, change)}})
	return nil
}

// keep undoes it, and leads back to the request in progress. Who has just signed in, by whatever that took, is not asked
// for anything again; who finds the browser of somebody else is.
func (o *OwnAccount) keep(w http.ResponseWriter, r *http.Request, s *session.Session, flow string) error {
	if s.User.DeleteAt != nil && !session.Fresh(s, o.Clock.Now(r.Context())) {
		proveAgain(w, deletePath, s)
		return nil
	}
	if err := o.Deletion.KeepAccount(r.Context(), s.User.ID); err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("account_kept")
	if flow != "" {
		wire.SeeOther(w, o.AuthorizePath, url.Values{"flow": {flow}})
		return nil
	}
	return o.done(w, r, s, accountPath, pages.OwnSaid{Done: pages.OwnKept})
}

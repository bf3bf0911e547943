package ownaccount

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// serve answers a request of the user of a session.
type serve func(w http.ResponseWriter, r *http.Request, s *session.Session) error

// signedIn lets a user who is signed in through. Others sign in first, and come back to the page: a form is not sent
// again, nor carried out where it was shown to another user. An account that is to be deleted is kept first, or its data
// are downloaded: it is good for nothing else.
func (o *OwnAccount) signedIn(page string, next serve) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, err := o.Web.Current(r)
		if err != nil {
			return err
		}
		if s == nil {
			wire.SeeOther(w, "/login", url.Values{"next": {asked(r, page)}})
			return nil
		}
		if s.User.DeleteAt != nil && page != deletePath && page != dataPath {
			wire.SeeOther(w, deletePath, nil)
			return nil
		}
		err = next(w, r, s)
		if errors.Is(err, websession.ErrOtherUser) {
			canonical.From(r.Context()).Outcome("other_user")
			return o.done(w, r, s, page, pages.OwnSaid{Done: pages.OwnOtherUser})
		}
		return err
	}
}

// asked is the page that was asked for, or the one that a form or a download is on: whoever signs in again has not to look
// for it, and a download would leave the sign-in page in sight.
func asked(r *http.Request, page string) string {
	if r.Method == http.MethodGet && r.URL.Path == page {
		return wire.Here(r)
	}
	return page
}

// fresh lets a user through who has just authenticated, with a second factor where there is one. Others do that
// again, with the name filled in.
func (o *OwnAccount) fresh(page string, next serve) serve {
	return func(w http.ResponseWriter, r *http.Request, s *session.Session) error {
		if !session.Fresh(s, o.Clock.Now(r.Context())) {
			proveAgain(w, asked(r, page), s)
			return nil
		}
		if !factor.MayChange(s.User, s.Proofs.Methods) { // such as in a browser that is remembered
			wire.SeeOther(w, "/factor", url.Values{"next": {asked(r, page)}})
			return nil
		}
		return next(w, r, s)
	}
}

func proveAgain(w http.ResponseWriter, page string, s *session.Session) {
	wire.SeeOther(w, "/login", url.Values{"next": {page}, "login_hint": {s.User.Username}})
}

// own is what every page has in common.
func (o *OwnAccount) own(w http.ResponseWriter, r *http.Request, s *session.Session, current string) pages.Own {
	done := o.said(r, s)
	return pages.Own{
		Token: o.Web.UserToken(w, r, s.User.ID), Username: s.User.Username, Current: current, Zone: s.User.Profile.Location(),
		Said: done.Done, SaidFactor: done.Factor, DeleteAt: s.User.DeleteAt, Deletion: o.Grace > 0, Console: s.User.EntersConsole(),
	}
}

// readForm reads a form of these pages.
func (o *OwnAccount) readForm(r *http.Request, s *session.Session) (url.Values, error) {
	return o.Web.ReadUserForm(r, s.User.ID)
}

// done leads to the page that says what was done. It is not the answer to the form: reloaded, that would send the
// form again.
func (o *OwnAccount) done(w http.ResponseWriter, r *http.Request, s *session.Session, page string, what pages.OwnSaid) error {
	wire.SeeOther(w, page, url.Values{websession.SaidField: {o.Web.SealSaid(w, r, websession.OwnDone, s.User.ID, page, what)}})
	return nil
}

// said reads it back. A copied address, or one of another browser, says nothing.
func (o *OwnAccount) said(r *http.Request, s *session.Session) (what pages.OwnSaid) {
	if !o.Web.OpenSaid(r, websession.OwnDone, s.User.ID, &what) {
		return pages.OwnSaid{}
	}
	return what
}

func noPage(r *http.Request) error {
	return refusal.New(refusal.NotFound, refusal.CheckNotFound, "There is no page or endpoint at this URL.").
		Compare(refusal.FieldPath, "", r.URL.Path)
}

// serveChangePassword leads programs that keep passwords to the page where one is changed (W3C, A Well-Known URL for
// Changing Passwords).
func serveChangePassword(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Location", passwordPath)
	w.WriteHeader(http.StatusFound)
	return nil
}

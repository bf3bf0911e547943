package ownaccount

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func (o *OwnAccount) serveSessionsPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	live, err := o.Sessions.List(r.Context(), s.User.ID, true, provider.ID{}, listed)
	if err != nil {
		return err
	}
	page := pages.OwnSessions{Own: o.own(w, r, s, sessionsPath), Sessions: []pages.OwnSession{shownSession(s, true)}, More: !live.Next.IsZero()}
	// Which browsers they are nobody knows: each keeps that for itself.
	page.Remembered = o.Web.Remember > 0 && len(s.User.Factors) > 0
	for _, one := range live.Sessions {
		if one.ID != s.ID {
			page.Sessions = append(page.Sessions, shownSession(one, false))
		}
	}
	return o.Pages.For(r).OwnSessions(w, page)
}

func shownSession(s *session.Session, here bool) pages.OwnSession {
	from := s.Seen.Address
	if from == "" {
		from = s.Address
	}
	return pages.OwnSession{ID: s.ID.String(), Device: device(s.Seen), Network: origin.Network(from), Since: s.Proofs.AuthTime(), Seen: s.SeenAt, Here: here}
}

// serveSessions ends one session of the user, or all but the present one, or has every browser ask for the second factor.
func (o *OwnAccount) serveSessions(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "others":
		return o.fresh(sessionsPath, o.serveOthers)(w, r, s)
	case "forget":
		return o.fresh(sessionsPath, o.serveForget)(w, r, s)
	}
	what, err := o.endSession(r, s, form.Get("session"))
	if err != nil {
		return err
	}
	return o.sessionsDone(w, r, s, what)
}

// serveOthers and serveForget are for who has just authenticated: both have sign-ins in progress begin again, with which
// a stolen session could keep its owner out.
func (o *OwnAccount) serveOthers(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := o.endOthers(r, s); err != nil {
		return err
	}
	return o.sessionsDone(w, r, s, pages.OwnSessionsEnded)
}

func (o *OwnAccount) serveForget(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if err := o.Sessions.ForgetBrowsers(r.Context(), s.User.ID); err != nil {
		return err
	}
	return o.sessionsDone(w, r, s, pages.OwnBrowsersForgot)
}

func (o *OwnAccount) sessionsDone(w http.ResponseWriter, r *http.Request, s *session.Session, what pages.OwnDone) error {
	canonical.From(r.Context()).Outcome(string(what))
	return o.done(w, r, s, sessionsPath, pages.OwnSaid{Done: what})
}

// endSession ends a session of the same user. One of another user is like one that does not exist, which is over.
func (o *OwnAccount) endSession(r *http.Request, s *session.Session, text string) (pages.OwnDone, error) {
	id, err := provider.ParseID(text)
	if err != nil {
		return pages.OwnSessionOver, nil //nolint:nilerr // an id that cannot be is like one that is over
	}
	found, err := o.Sessions.Get(r.Context(), id)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return pages.OwnSessionOver, nil
	case err != nil:
		return "", err
	case found.User.ID != s.User.ID || found.ID == s.ID || found.EndedAt != nil:
		return pages.OwnSessionOver, nil
	}
	_, err = o.Sessions.End(r.Context(), found) // what is in other browsers cannot be told by this one
	return pages.OwnSessionEnded, err
}

func (o *OwnAccount) endOthers(r *http.Request, s *session.Session) error {
	var before provider.ID
	for {
		live, err := o.Sessions.List(r.Context(), s.User.ID, true, before, listed)
		if err != nil {
			return err
		}
		for _, one := range live.Sessions {
			if one.ID == s.ID {
				continue
			}
			if _, err := o.Sessions.End(r.Context(), one); err != nil {
				return err
			}
		}
		if before = live.Next; before.IsZero() {
			return o.Sessions.ForgetBrowsers(r.Context(), s.User.ID)
		}
	}
}

package ownaccount

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func (o *OwnAccount) servePasswordPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return o.Pages.For(r).OwnPassword(w, http.StatusOK, pages.OwnPassword{Own: o.own(w, r, s, passwordPath)})
}

// servePassword changes the password. All sessions end with it, so that this browser gets another one.
func (o *OwnAccount) servePassword(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	u, err := o.Recovery.ChangePassword(r.Context(), s.User, form.Get("password"))
	var wrong *account.Invalid
	switch {
	case errors.Is(err, account.ErrSignIn): // it was changed meanwhile, by another browser
		proveAgain(w, passwordPath, s)
		return nil
	case errors.As(err, &wrong):
		canonical.From(r.Context()).Outcome("invalid")
		page := pages.OwnPassword{Own: o.own(w, r, s, passwordPath), Problem: pages.PasswordLength}
		if errors.Is(wrong, account.ErrCommon) || errors.Is(wrong, account.ErrBreached) {
			page.Problem = pages.PasswordCommon
		}
		return o.Pages.For(r).OwnPassword(w, http.StatusUnprocessableEntity, page)
	case err != nil:
		return err
	}
	if err := o.Web.Continue(w, r, s, u); err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("password_changed")
	return o.done(w, r, s, securityPath, pages.OwnSaid{Done: pages.OwnPasswordChanged})
}

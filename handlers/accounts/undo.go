package accounts

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ServeUndoPage asks whether a change of a contact is to be undone.
func (a *Accounts) ServeUndoPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	return a.in(r, query).Undo(w, http.StatusOK, pages.Undo{Locales: query.Get(localesField), Token: a.Web.FormToken(w, r), ID: query.Get("id"), Code: query.Get("code")})
}

// ServeUndo undoes the change.
func (a *Accounts) ServeUndo(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page := pages.Undo{Locales: form.Get(localesField), Token: form.Get(websession.TokenField), ID: form.Get("id"), Code: form.Get("code")}
	page.Recover, page.SignIn = way("/recover", "", page.Locales), signInPath("", page.Locales)
	id, err := linked(page.ID)
	if err == nil {
		_, err = a.Recovery.Undo(r.Context(), id, page.Code)
	} else {
		err = verification.ErrClosed
	}
	var wrong account.Wrong
	switch {
	case errors.Is(err, verification.ErrCode), errors.Is(err, verification.ErrClosed):
		page.Problem = pages.CodeClosed
	case errors.As(err, &wrong):
		page.Problem = problemOf(wrong[0])
	case err != nil:
		return err
	default:
		canonical.From(r.Context()).Outcome("contact_restored")
		return a.done(w, r, pages.ContactRestored, "", page.Locales)
	}
	return in.Undo(w, http.StatusUnprocessableEntity, page)
}

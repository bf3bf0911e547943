package accounts

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ServeUndoPage asks whether a change of a contact is to be undone, or says that it cannot be any more. It tries
// no code.
func (a *Accounts) ServeUndoPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	page := undoPage(query)
	page.Token = a.Web.FormToken(w, r)
	open, err := a.undoable(r, page.ID)
	if err != nil {
		return err
	}
	if !open {
		page.Problem = pages.CodeClosed
	}
	return a.in(r, query).Undo(w, http.StatusOK, page)
}

// undoable tells whether there is a change that can be undone under an id.
func (a *Accounts) undoable(r *http.Request, text string) (bool, error) {
	id, err := linked(text)
	if err != nil {
		return false, nil //nolint:nilerr // an id that cannot be is like one that is not open
	}
	v, err := a.Contacts.Opened(r.Context(), id)
	if errors.Is(err, verification.ErrClosed) {
		return false, nil
	}
	return err == nil && (v.Purpose == verification.UndoEmail || v.Purpose == verification.UndoPhone), err
}

// undoPage asks; values are of the address of the page, or of its form.
func undoPage(values url.Values) pages.Undo {
	page := pages.Undo{Locales: values.Get(localesField), ID: values.Get("id"), Code: values.Get("code")}
	page.Recover, page.SignIn = way("/recover", "", page.Locales), signInPath("", page.Locales, "")
	return page
}

// ServeUndo undoes the change.
func (a *Accounts) ServeUndo(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page := undoPage(form)
	page.Token = form.Get(websession.TokenField)
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

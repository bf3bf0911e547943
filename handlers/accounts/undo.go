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

// ServeUndoPage asks whether a change of a contact or of second factors is to be undone, or says that it cannot be any more. It tries
// no code.
func (a *Accounts) ServeUndoPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	page := undoPage(query)
	page.Token = a.Web.FormToken(w, r)
	of, err := a.undoable(r, page.ID)
	if err != nil {
		return err
	}
	page.Factor = of == verification.UndoFactor
	if of == "" {
		page.Problem = pages.CodeClosed
	}
	return a.in(r, query).Undo(w, http.StatusOK, page)
}

// undoable is what a change is about that can be undone under an id; empty: there is none.
func (a *Accounts) undoable(r *http.Request, text string) (verification.Purpose, error) {
	id, err := linked(text)
	if err != nil {
		return "", nil //nolint:nilerr // an id that cannot be is like one that is not open
	}
	v, err := a.Contacts.Opened(r.Context(), id)
	if errors.Is(err, verification.ErrClosed) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	switch v.Purpose {
	case verification.UndoEmail, verification.UndoPhone, verification.UndoFactor:
		return v.Purpose, nil
	default:
		return "", nil
	}
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
	of, err := a.undoable(r, page.ID)
	if err != nil {
		return err
	}
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
	case of == verification.UndoFactor:
		canonical.From(r.Context()).Outcome("factor_change_undone")
		return a.done(w, r, pages.FactorUndone, "", page.Locales)
	default:
		canonical.From(r.Context()).Outcome("contact_restored")
		return a.done(w, r, pages.ContactRestored, "", page.Locales)
	}
	return in.Undo(w, http.StatusUnprocessableEntity, page)
}

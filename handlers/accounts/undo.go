package accounts

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ServeUndoPage asks whether a change of a contact or of second factors is to be undone, and says which one it is, or
// says that it cannot be any more. It uses no code.
func (a *Accounts) ServeUndoPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	page := undoPage(query)
	page.Token = a.Web.FormToken(w, r)
	switch of, err := a.undoable(r, page); {
	case err != nil:
		return err
	case of == nil:
		page.Problem = pages.LinkClosed
	default:
		page.Factor, page.Username, page.Action = of.Purpose == verification.UndoFactor, of.User.Username, string(of.Action)
		page.Kind, page.What = of.Factor, of.Contact
		if is, _ := passkey.Unnamed(of.FactorName); !is && of.FactorName != "" {
			page.What = of.FactorName
		}
		page.At, page.Device, page.Network = of.At.In(of.User.Profile.Location()), of.Device, of.Network
	}
	return a.in(r, query).Undo(w, http.StatusOK, page)
}

// undoable is the change that a link can undo; nil: none, or it is not the link of it.
func (a *Accounts) undoable(r *http.Request, page pages.Undo) (*account.Undoable, error) {
	id, err := linked(page.ID)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // an id that cannot be is like one that is not open
	}
	of, err := a.Recovery.Undoable(r.Context(), id, page.Code)
	if errors.Is(err, verification.ErrClosed) || errors.Is(err, verification.ErrCode) {
		return nil, nil //nolint:nilnil // there is none
	}
	return of, err
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
	of, err := a.undoable(r, page)
	if err == nil && of == nil {
		err = verification.ErrClosed
	}
	if err == nil {
		var id provider.ID
		if id, err = linked(page.ID); err == nil {
			_, err = a.Recovery.Undo(r.Context(), id, page.Code)
		}
	}
	var wrong account.Wrong
	switch {
	case errors.Is(err, verification.ErrCode), errors.Is(err, verification.ErrClosed):
		page.Problem = pages.LinkClosed
	case errors.As(err, &wrong):
		page.Problem = problemOf(wrong[0])
	case err != nil:
		return err
	case of.Purpose == verification.UndoFactor:
		canonical.From(r.Context()).Outcome("factor_change_undone")
		return a.done(w, r, pages.FactorUndone, "", page.Locales)
	default:
		canonical.From(r.Context()).Outcome("contact_restored")
		return a.done(w, r, pages.ContactRestored, "", page.Locales)
	}
	return in.Undo(w, http.StatusUnprocessableEntity, page)
}

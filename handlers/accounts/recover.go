package accounts

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ServeRecoverPage asks for the contact of a person who forgot the password or, with the id of a
// recovery, for the code and another password. Whether a recovery is open is not said before a code is
// tried: of a contact that nobody has, none is.
func (a *Accounts) ServeRecoverPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	in := a.in(r, query)
	if query.Get("id") != "" {
		page := a.resetPage(r, query)
		page.Token = a.Web.FormToken(w, r)
		return in.Reset(w, http.StatusOK, page)
	}
	page := a.recoverPage(r, query, query.Get("login_hint"))
	page.Token = a.Web.FormToken(w, r)
	return in.Recover(w, http.StatusOK, page)
}

// recoverPage asks for the contact, of which something may be known; values are of the address of the page, or of its form.
func (a *Accounts) recoverPage(r *http.Request, values url.Values, contact string) pages.Recover {
	page := pages.Recover{Flow: values.Get("flow"), Locales: values.Get(localesField), SMS: a.Policy.SMS, Contact: contact}
	page.Application, page.SignIn = a.Flows.Application(r, page.Flow), signInPath(page.Flow, page.Locales, page.Contact)
	return page
}

// resetPage asks for the code; values are of the address of the page, or of its form.
func (a *Accounts) resetPage(r *http.Request, values url.Values) pages.Reset {
	page := pages.Reset{Flow: values.Get("flow"), Locales: values.Get(localesField), ID: values.Get("id"), Code: values.Get("code")}
	if id, err := linked(page.ID); err == nil && page.Flow == "" { // as in the link of a message
		page.Flow, _ = a.Web.Pending(r, id)
	}
	page.Application, page.Again, page.SignIn = a.Flows.Application(r, page.Flow), way("/recover", page.Flow, page.Locales), signInPath(page.Flow, page.Locales, "")
	return page
}

// ServeRecover receives the contact.
func (a *Accounts) ServeRecover(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	contact := strings.TrimSpace(form.Get("contact"))
	if contact == "" {
		page := a.recoverPage(r, form, "")
		page.Token, page.Problem = form.Get(websession.TokenField), pages.ContactMissing
		return in.Recover(w, http.StatusUnprocessableEntity, page)
	}
	id, err := a.Recovery.Forgot(r.Context(), account.Forgotten{Contact: contact, Locale: in.Language(), Prefix: canonical.From(r.Context()).AddressPrefix()})
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("recovery_requested")
	wire.SeeOther(w, "/recover", url.Values{"id": {id.String()}, "flow": {a.Web.SetPending(w, r, id, form.Get("flow"))}, localesField: {form.Get(localesField)}})
	return nil
}

// ServeReset receives the code and another password.
func (a *Accounts) ServeReset(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page := a.resetPage(r, form)
	page.Token = form.Get(websession.TokenField)
	id, err := linked(page.ID)
	if err != nil {
		page.Problem = pages.CodeClosed
		return in.Reset(w, http.StatusUnprocessableEntity, page)
	}
	_, err = a.Recovery.Reset(r.Context(), id, page.Code, form.Get("password"))
	var invalid *account.Invalid
	switch {
	case errors.Is(err, verification.ErrCode):
		page.Problem, page.Code = pages.CodeWrong, "" // the next one is not typed in front of it
	case errors.Is(err, verification.ErrClosed):
		page.Problem = pages.CodeClosed
	case errors.As(err, &invalid):
		page.Problem = problemOf(invalid)
	case err != nil:
		return err
	default:
		canonical.From(r.Context()).Outcome("password_reset")
		return a.done(w, r, pages.PasswordReset, page.Flow, page.Locales)
	}
	canonical.From(r.Context()).Outcome("wrong_code")
	return in.Reset(w, http.StatusUnprocessableEntity, page)
}

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
	if text := query.Get("id"); text != "" {
		page := pages.Reset{Flow: query.Get("flow"), Locales: query.Get(localesField), Token: a.Web.FormToken(w, r), ID: text, Code: query.Get("code")}
		if id, err := linked(text); err == nil && page.Flow == "" { // as in the link of a message
			page.Flow, _ = a.Web.Pending(r, id)
		}
		page.Application = a.Flows.Application(r, page.Flow)
		page.Again = way("/recover", page.Flow, page.Locales)
		return in.Reset(w, http.StatusOK, page)
	}
	page := a.recoverPage(r, query)
	page.Token = a.Web.FormToken(w, r)
	return in.Recover(w, http.StatusOK, page)
}

// recoverPage asks for the contact; values are of the address of the page, or of its form.
func (a *Accounts) recoverPage(r *http.Request, values url.Values) pages.Recover {
	page := pages.Recover{Flow: values.Get("flow"), Locales: values.Get(localesField), SMS: a.Policy.SMS}
	page.Application, page.SignIn = a.Flows.Application(r, page.Flow), signInPath(page.Flow, page.Locales)
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
		page := a.recoverPage(r, form)
		page.Token, page.Problem = form.Get(websession.TokenField), pages.ContactMissing
		return in.Recover(w, http.StatusUnprocessableEntity, page)
	}
	id, err := a.Recovery.Forgot(r.Context(), account.Forgotten{Contact: contact, Locale: in.Language(), Prefix: canonical.From(r.Context()).AddressPrefix()})
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("recovery_requested")
	seeOther(w, "/recover", url.Values{"id": {id.String()}, "flow": {a.Web.SetPending(w, r, id, form.Get("flow"))}, localesField: {form.Get(localesField)}})
	return nil
}

// ServeReset receives the code and another password.
func (a *Accounts) ServeReset(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page := pages.Reset{Flow: form.Get("flow"), Locales: form.Get(localesField), Token: form.Get(websession.TokenField), ID: form.Get("id"), Code: form.Get("code")}
	page.Application, page.Again, page.SignIn = a.Flows.Application(r, page.Flow), way("/recover", page.Flow, page.Locales), signInPath(page.Flow, page.Locales)
	id, err := linked(page.ID)
	if err != nil {
		page.Problem = pages.CodeClosed
		return in.Reset(w, http.StatusUnprocessableEntity, page)
	}
	_, err = a.Recovery.Reset(r.Context(), id, page.Code, form.Get("password"))
	var invalid *account.Invalid
	switch {
	case errors.Is(err, verification.ErrCode):
		page.Problem = pages.CodeWrong
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

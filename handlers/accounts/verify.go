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
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ServeVerifyPage serves the form for the code of a registration or of a new contact.
func (a *Accounts) ServeVerifyPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	page, _, err := a.asked(r, query)
	if err != nil {
		return err
	}
	page.Token, page.Sent = a.Web.FormToken(w, r), query.Get("sent") != ""
	return a.in(r, query).Verify(w, http.StatusOK, page)
}

// asked is what a page asks for: values are of the address of the page, or of its form.
func (a *Accounts) asked(r *http.Request, values url.Values) (pages.Verify, *verification.Verification, error) {
	page := pages.Verify{ID: values.Get("id"), Code: values.Get("code"), Flow: values.Get("flow"), Locales: values.Get(localesField)}
	page.Login, page.Register = signInPath(page.Flow, page.Locales, ""), way("/register", page.Flow, page.Locales)
	id, err := linked(page.ID)
	if err != nil {
		page.Problem = pages.CodeClosed
		return page, nil, nil //nolint:nilerr // an id that cannot be is like one that is not open
	}
	flow, here := a.Web.Pending(r, id)
	if page.Flow == "" { // as in the link of a message
		page.Flow, page.Login, page.Register = flow, signInPath(flow, page.Locales, ""), way("/register", flow, page.Locales)
	}
	page.Application = a.Flows.Application(r, page.Flow)
	v, err := a.Contacts.Opened(r.Context(), id)
	if errors.Is(err, verification.ErrClosed) || err == nil && v.Purpose != verification.Registration && v.Purpose != verification.NewEmail && v.Purpose != verification.NewPhone {
		page.Problem = pages.CodeClosed
		if here { // confirmed with the link on another device
			if page.Confirmed, err = a.Contacts.Confirmed(r.Context(), id); err != nil {
				return page, nil, err
			}
		}
		return page, nil, nil
	}
	if err != nil {
		return page, nil, err
	}
	page.Valid = pages.Lasts{For: v.Purpose.Lifetime()}
	if v.Purpose != verification.Registration {
		s, err := a.Web.Current(r)
		if err != nil {
			return page, nil, err
		}
		page.Contact = true
		if page.SignIn = s == nil || s.User.ID != v.UserID; !page.SignIn {
			page.Address = v.Address
		}
		return page, v, nil
	}
	if here {
		page.Address, page.Login, page.Register = v.Address, signInPath(page.Flow, page.Locales, v.Address), hinted("/register", page.Flow, page.Locales, v.Address)
	} else {
		page.Password = true
	}
	return page, v, nil
}

// ServeVerify receives a code, or the wish to get it again.
func (a *Accounts) ServeVerify(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	page, v, err := a.asked(r, form)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page.Token = form.Get(websession.TokenField)
	if v == nil || page.SignIn {
		return in.Verify(w, http.StatusUnprocessableEntity, page)
	}
	if form.Get("action") == "resend" && !page.Contact {
		return a.resend(w, r, in, page, v.ID)
	}
	if page.Password && form.Get("password") == "" { // it takes no try
		page.Problem = pages.PasswordMissing
		return in.Verify(w, http.StatusUnprocessableEntity, page)
	}
	u, err := a.confirm(r, page, v, form.Get("password"))
	var wrong account.Wrong
	var many *notify.TooMany
	var throttled *account.Throttled
	switch {
	case errors.Is(err, verification.ErrCode):
		page.Problem, page.Code = pages.CodeWrong, "" // the next one is not typed in front of it
	case errors.Is(err, verification.ErrClosed):
		page.Problem = pages.CodeClosed
	case errors.Is(err, account.ErrSignIn):
		page.Problem = pages.PasswordWrong
	case errors.As(err, &throttled):
		page.Problem, page.Wait = pages.TooManyPasswords, pages.WaitFor(throttled.RetryAfter)
	case errors.As(err, &many): // the former contact cannot be told
		page.Problem, page.Wait = waiting(w, many)
	case errors.As(err, &wrong):
		page.Problem = problemOf(wrong[0])
	case err != nil:
		return a.refused(err)
	}
	if page.Problem != "" {
		canonical.From(r.Context()).Outcome("wrong_code")
		return in.Verify(w, http.StatusUnprocessableEntity, page)
	}
	canonical.From(r.Context()).Outcome("verified")
	if page.Contact {
		return a.done(w, r, pages.ContactChanged, "", page.Locales)
	}
	// The person has chosen the password in this browser, or has just typed it.
	return a.begin(w, r, u, page.Flow)
}

func (a *Accounts) confirm(r *http.Request, page pages.Verify, v *verification.Verification, password string) (*account.User, error) {
	switch {
	case page.Contact:
		return a.Contacts.ConfirmContact(r.Context(), v.UserID, v.ID, page.Code)
	case page.Password:
		return a.Registration.ConfirmWithPassword(r.Context(), v.ID, page.Code, password, canonical.From(r.Context()).AddressPrefix())
	default:
		return a.Registration.Confirm(r.Context(), v.ID, page.Code)
	}
}

func (a *Accounts) resend(w http.ResponseWriter, r *http.Request, in pages.Localized, page pages.Verify, id provider.ID) error {
	var many *notify.TooMany
	var wrong account.Wrong
	switch err := a.Registration.Resend(r.Context(), id); {
	case errors.As(err, &many):
		page.Problem, page.Wait = waiting(w, many)
		return in.Verify(w, http.StatusTooManyRequests, page)
	case errors.Is(err, verification.ErrClosed):
		page.Problem = pages.CodeClosed
		return in.Verify(w, http.StatusUnprocessableEntity, page)
	case errors.As(err, &wrong):
		page.Problem = problemOf(wrong[0])
		return in.Verify(w, http.StatusUnprocessableEntity, page)
	case err != nil:
		return a.refused(err)
	}
	wire.SeeOther(w, "/verify", url.Values{"id": {page.ID}, "flow": {page.Flow}, localesField: {page.Locales}, "sent": {"1"}})
	return nil
}

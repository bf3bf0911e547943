package accounts

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// serveInvitation serves the form for the account of a person who was invited. It changes nothing.
func (a *Accounts) serveInvitation(w http.ResponseWriter, r *http.Request, query url.Values) error {
	page, err := a.invitationPage(r, query)
	if err != nil {
		return err
	}
	page.Token = a.Web.FormToken(w, r)
	in := a.in(r, query)
	inv, err := a.invited(r, page)
	if closed(err) {
		page.Problems = map[string]pages.AccountProblem{"": pages.InvitationClosed}
		return in.Register(w, http.StatusNotFound, page)
	}
	if err != nil {
		return a.refused(err)
	}
	page.Email, page.Phone = inv.Email, inv.Phone
	return in.Register(w, http.StatusOK, page)
}

// invitationPage is the page of an invitation; values are of the address of the page, or of its form.
func (a *Accounts) invitationPage(r *http.Request, values url.Values) (page pages.Register, err error) {
	page = pages.Register{ID: values.Get("id"), Code: values.Get("code"), Locales: values.Get(localesField), SignIn: signInPath("", values.Get(localesField), "")}
	page.SignedInAs, err = a.signedInAs(r)
	return page, err
}

func (a *Accounts) invited(r *http.Request, page pages.Register) (*account.Invitation, error) {
	id, err := linked(page.ID)
	if err != nil {
		return nil, verification.ErrClosed
	}
	return a.Invitations.Invited(r.Context(), id)
}

// ServeAcceptance receives the form of a person who was invited. The contact is that of the invitation.
func (a *Accounts) ServeAcceptance(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page, err := a.invitationPage(r, form)
	if err != nil {
		return err
	}
	page.Token, page.Username = form.Get(websession.TokenField), form.Get("username")
	inv, err := a.invited(r, page)
	var u *account.User
	if err == nil {
		page.Email, page.Phone = inv.Email, inv.Phone
		u, err = a.Invitations.Accept(r.Context(), inv.ID, page.Code, account.Application{Username: page.Username, Password: form.Get("password")}, in.Language())
	}
	var wrong account.Wrong
	switch {
	case errors.As(err, &wrong):
		canonical.From(r.Context()).Outcome("invalid")
		page.Problems = problemsOf(wrong)
		for _, contact := range []string{"email", "phone"} { // which cannot be corrected here
			if problem, faulty := page.Problems[contact]; faulty {
				page.Problems[""] = problem
			}
		}
		return in.Register(w, http.StatusUnprocessableEntity, page)
	case closed(err):
		canonical.From(r.Context()).Outcome("wrong_code")
		page.Problems = map[string]pages.AccountProblem{"": pages.InvitationClosed}
		return in.Register(w, http.StatusUnprocessableEntity, page)
	case err != nil:
		return a.refused(err)
	}
	canonical.From(r.Context()).Outcome("invitation_accepted")
	// The person has chosen the password in this browser.
	return a.begin(w, r, u, "")
}

func closed(err error) bool {
	return errors.Is(err, verification.ErrCode) || errors.Is(err, verification.ErrClosed)
}

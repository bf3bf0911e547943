package accounts

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// ServeRegisterPage serves the form for a new account.
func (a *Accounts) ServeRegisterPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	if query.Has("id") {
		return a.serveInvitation(w, r, query)
	}
	if !a.Policy.Offers() {
		return a.notOffered()
	}
	page, err := a.registerPage(r, query)
	if err != nil {
		return err
	}
	page.Token, page.Hint = a.Web.FormToken(w, r), query.Get("login_hint")
	a.propose(&page, page.Hint)
	return a.in(r, query).Register(w, http.StatusOK, page)
}

// registerPage is the form for a new account; values are of the address of the page, or of its form.
func (a *Accounts) registerPage(r *http.Request, values url.Values) (page pages.Register, err error) {
	page = pages.Register{Flow: values.Get("flow"), Locales: values.Get(localesField), Mail: a.Policy.Mail, SMS: a.Policy.SMS}
	name := values.Get("login_hint")
	for _, field := range []string{"phone", "username", "email"} { // the last is what people sign in with
		name = cmp.Or(values.Get(field), name)
	}
	page.Application, page.SignIn, page.Recover = a.Flows.Application(r, page.Flow), signInPath(page.Flow, page.Locales, name), hinted("/recover", page.Flow, page.Locales, name)
	page.SignedInAs, err = a.signedInAs(r)
	return page, err
}

// signedInAs is the name of the user whose session that of another account replaces, or empty.
func (a *Accounts) signedInAs(r *http.Request) (string, error) {
	s, err := a.Web.Current(r)
	if s == nil {
		return "", err
	}
	return s.User.Username, nil
}

// propose fills in whom the application expects, in the field that can take it.
func (a *Accounts) propose(page *pages.Register, hint string) {
	switch {
	case strings.Contains(hint, "@"):
		if a.Policy.Mail {
			page.Email = hint
		}
	case strings.HasPrefix(hint, "+"):
		if a.Policy.SMS {
			page.Phone = hint
		}
	default:
		page.Username = hint
	}
}

// ServeRegister receives the form.
func (a *Accounts) ServeRegister(w http.ResponseWriter, r *http.Request) error {
	form, err := a.readForm(r)
	if err != nil {
		return err
	}
	in := a.in(r, form)
	page, err := a.registerPage(r, form)
	if err != nil {
		return err
	}
	page.Token, page.Username, page.Email, page.Phone = form.Get(websession.TokenField), form.Get("username"), form.Get("email"), form.Get("phone")
	id, err := a.Registration.Register(r.Context(), account.Application{
		Username: page.Username, Email: page.Email, Phone: account.TypedPhone(page.Phone), Password: form.Get("password"),
	}, in.Language())
	var wrong account.Wrong
	var many *notify.TooMany
	switch {
	case errors.As(err, &wrong):
		canonical.From(r.Context()).Outcome("invalid")
		page.Problems = problemsOf(wrong)
		a.placeMissing(page.Problems)
		return in.Register(w, http.StatusUnprocessableEntity, page)
	case errors.As(err, &many):
		canonical.From(r.Context()).Outcome("throttled")
		page.Problems = map[string]pages.AccountProblem{}
		page.Problems[""], page.Wait = waiting(w, many)
		return in.Register(w, http.StatusTooManyRequests, page)
	case err != nil:
		return a.refused(err)
	}
	canonical.From(r.Context()).Outcome("registered")
	wire.SeeOther(w, "/verify", url.Values{"id": {id.String()}, "flow": {a.Web.SetPending(w, r, id, page.Flow)}, localesField: {page.Locales}})
	return nil
}

// placeMissing says that a contact is missing at the first field for one.
func (a *Accounts) placeMissing(problems map[string]pages.AccountProblem) {
	if problems[""] != pages.ContactMissing {
		return
	}
	delete(problems, "")
	if a.Policy.Mail {
		problems["email"] = pages.ContactMissing
	} else {
		problems["phone"] = pages.ContactMissing
	}
}

// notOffered refuses people who cannot register without an invitation, or at all.
func (a *Accounts) notOffered() error {
	if a.Policy.Invitations && !a.Policy.Open {
		return refusal.Uninvited()
	}
	return refusal.RegistrationOff()
}

// refused is the refusal of people who cannot register.
func (a *Accounts) refused(err error) error {
	if errors.Is(err, account.ErrRegistrationOff) || errors.Is(err, account.ErrUninvited) {
		return a.notOffered()
	}
	return err
}

// waiting tells programs and people how long to wait, and for what.
func waiting(w http.ResponseWriter, many *notify.TooMany) (pages.AccountProblem, pages.Lasts) {
	w.Header().Set("Retry-After", strconv.Itoa(int(many.RetryAfter/time.Second)))
	if many.Scope == notify.OfSMS {
		return pages.TooManySMS, pages.WaitFor(many.RetryAfter)
	}
	return pages.TooManyMessages, pages.WaitFor(many.RetryAfter)
}

// problemsOf are what is wrong with each field.
func problemsOf(wrong account.Wrong) map[string]pages.AccountProblem {
	problems := map[string]pages.AccountProblem{}
	for _, fault := range wrong {
		if _, said := problems[fault.Claim]; !said {
			problems[fault.Claim] = problemOf(fault)
		}
	}
	return problems
}

func problemOf(fault *account.Invalid) pages.AccountProblem {
	for kind, problem := range map[error]pages.AccountProblem{
		account.ErrUsername: pages.UsernameInvalid, account.ErrUsernameMissing: pages.UsernameMissing, account.ErrUsernameTaken: pages.UsernameTaken,
		account.ErrEmail: pages.EmailInvalid, account.ErrEmailTaken: pages.EmailTaken, account.ErrDomain: pages.EmailDomain,
		account.ErrPhone: pages.PhoneInvalid, account.ErrPhoneTaken: pages.PhoneTaken,
		account.ErrContactMissing: pages.ContactMissing, account.ErrChannel: pages.ContactUnreachable,
		account.ErrCommon: pages.PasswordCommon, account.ErrBreached: pages.PasswordCommon,
	} {
		if errors.Is(fault, kind) {
			return problem
		}
	}
	if fault.Claim == "password" {
		return pages.PasswordLength
	}
	return pages.FieldInvalid
}

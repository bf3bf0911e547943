package firstadmin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/firstadmin"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// invitation is that of the first administrator.
type invitation interface {
	Open(ctx context.Context, token string) error
	WithPassword(ctx context.Context, token string, w firstadmin.Who, password string) (*account.User, error)
	Propose(ctx context.Context, token string, w firstadmin.Who) (json.RawMessage, passkey.Ceremony, error)
	WithPasskey(ctx context.Context, token string, w firstadmin.Who, c passkey.Ceremony, response []byte) (*firstadmin.Made, error)
}

// factors leads people to the page for a second factor that is missing for a session.
type factors interface {
	Missing(w http.ResponseWriter, r *http.Request, start session.Start, flow string, err error) (responded bool, _ error)
}

// Config is the dependencies of the package; all are required.
type Config struct {
	Invitation invitation
	Factors    factors
	// OnlyFrom closes the page to networks that administrators do not come from: who reads the log from elsewhere must not
	// make one.
	OnlyFrom func(next route.HandlerFunc) route.HandlerFunc
	// Next is the page that the administrator begins at.
	Next  string
	Web   *websession.Sessions
	Pages *pages.Set
}

// Page serves the page and its form.
type Page struct{ Config }

// New makes a Page.
func New(c Config) *Page { return &Page{c} }

// Routes are the page and its form.
func (p *Page) Routes() []route.Route {
	return []route.Route{
		{Name: "first administrator page", Methods: []string{http.MethodGet}, Path: firstadmin.Path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix}, Handler: p.OnlyFrom(p.serve)},
		{Name: "first administrator", Methods: []string{http.MethodPost}, Path: firstadmin.Path, Protection: route.Page, Policies: []string{ratelimit.VerifyPrefix}, Handler: p.OnlyFrom(p.serveForm)},
	}
}

// serve serves the form. It uses nothing up.
func (p *Page) serve(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	page := pages.FirstAdministrator{Token: p.Web.FormToken(w, r), Code: query.Get("token")}
	switch err := p.Invitation.Open(r.Context(), page.Code); {
	case errors.Is(err, firstadmin.ErrClosed):
		return p.closed(w, r, http.StatusNotFound)
	case err != nil:
		return err
	}
	return p.Pages.For(r).FirstAdministrator(w, http.StatusOK, page)
}

// closed says that the address is worth nothing.
func (p *Page) closed(w http.ResponseWriter, r *http.Request, status int) error {
	canonical.From(r.Context()).Outcome("closed")
	return p.Pages.For(r).FirstAdministrator(w, status, pages.FirstAdministrator{Closed: true})
}

// serveForm makes the administrator with a password or a passkey. For the latter it first asks the browser for one.
func (p *Page) serveForm(w http.ResponseWriter, r *http.Request) error {
	form, err := p.Web.ReadForm(r, nil)
	if err != nil {
		return err
	}
	who := firstadmin.Who{Username: strings.TrimSpace(form.Get("username")), Email: strings.TrimSpace(form.Get("email"))}
	page := pages.FirstAdministrator{Token: p.Web.FormToken(w, r), Code: form.Get("token"), Username: who.Username, Email: who.Email}
	start, made := session.Start{Methods: []string{session.Password}}, (*firstadmin.Made)(nil)
	switch {
	case form.Get("use") != "passkey":
		start.User, err = p.Invitation.WithPassword(r.Context(), page.Code, who, form.Get("password"))
	case form.Get("response") == "":
		if page.Passkey, err = p.propose(w, r, page.Code, who); err == nil {
			return p.Pages.For(r).FirstAdministrator(w, http.StatusOK, page)
		}
	default:
		if made, err = p.withPasskey(r, page.Code, who, form); err == nil {
			start = session.Start{User: made.User, Methods: made.Passkey.Methods(true)}
		}
	}
	if errors.Is(err, firstadmin.ErrClosed) {
		return p.closed(w, r, http.StatusUnprocessableEntity)
	}
	if page.Problems = problemsOf(err); page.Problems != nil {
		canonical.From(r.Context()).Outcome("invalid")
		return p.Pages.For(r).FirstAdministrator(w, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("first_administrator")
	next := p.Next
	if made != nil {
		p.Web.KeepCodes(w, r, made.User.ID, made.RecoveryCodes)
		next = wire.Path(codesPath, url.Values{"next": {p.Next}})
	}
	return p.begin(w, r, start, next)
}

// codesPath is the page that shows recovery codes, of package browser.
const codesPath = "/recovery-codes"

// propose asks the browser for a passkey.
func (p *Page) propose(w http.ResponseWriter, r *http.Request, token string, who firstadmin.Who) (*pages.Ceremony, error) {
	options, c, err := p.Invitation.Propose(r.Context(), token, who)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return &pages.Ceremony{Options: string(options), State: p.Web.Seal(w, r, websession.Ceremony, plain)}, nil
}

// withPasskey makes the administrator with the passkey of the browser, for which it was asked there.
func (p *Page) withPasskey(r *http.Request, token string, who firstadmin.Who, form url.Values) (*firstadmin.Made, error) {
	var c passkey.Ceremony
	plain, err := p.Web.Open(r, websession.Ceremony, form.Get("ceremony"))
	if err == nil {
		err = json.Unmarshal(plain, &c)
	}
	if err != nil {
		return nil, &passkey.Refused{Reason: passkey.WrongCeremony}
	}
	return p.Invitation.WithPasskey(r.Context(), token, who, c, []byte(form.Get("response")))
}

// begin signs the administrator in, who goes on to the next page, or leads to what has to be done before.
func (p *Page) begin(w http.ResponseWriter, r *http.Request, start session.Start, next string) error {
	_, err := p.Web.Begin(w, r, start)
	if responded, fault := p.Factors.Missing(w, r, start, "", err); responded {
		return fault
	}
	if err != nil {
		return err
	}
	wire.SeeOther(w, next, nil)
	return nil
}

// problemsOf are what is wrong with each field; nil for another error.
func problemsOf(err error) map[string]pages.AccountProblem {
	var refused *passkey.Refused
	if errors.As(err, &refused) || errors.Is(err, firstadmin.ErrUnverified) {
		return map[string]pages.AccountProblem{"": pages.AccountPasskeyFailed}
	}
	var wrong account.Wrong
	if !errors.As(err, &wrong) {
		return nil
	}
	problems := map[string]pages.AccountProblem{}
	for _, fault := range wrong {
		problem := pages.FieldInvalid
		for kind, known := range map[error]pages.AccountProblem{
			account.ErrUsername: pages.UsernameInvalid, account.ErrUsernameMissing: pages.UsernameInvalid, account.ErrUsernameTaken: pages.UsernameTaken,
			account.ErrEmail: pages.EmailInvalid, account.ErrEmailTaken: pages.EmailTaken,
			account.ErrCommon: pages.PasswordCommon, account.ErrBreached: pages.PasswordCommon, account.ErrPassword: pages.PasswordLength,
		} {
			if errors.Is(fault, kind) {
				problem = known
			}
		}
		problems[fault.Claim] = problem
	}
	return problems
}

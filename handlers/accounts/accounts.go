package accounts

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// registration is how people get an account.
type registration interface {
	Register(ctx context.Context, a account.Application, locale string) (provider.ID, error)
	Confirm(ctx context.Context, id provider.ID, code string) (*account.User, error)
	ConfirmWithPassword(ctx context.Context, id provider.ID, code, password, prefix string) (*account.User, error)
	Resend(ctx context.Context, id provider.ID) error
}

// invitations are what people accept who were invited.
type invitations interface {
	Invited(ctx context.Context, id provider.ID) (*account.Invitation, error)
	Accept(ctx context.Context, id provider.ID, code string, a account.Application, locale string) (*account.User, error)
}

// recovery is how people get their account back.
type recovery interface {
	Forgot(ctx context.Context, f account.Forgotten) (provider.ID, error)
	Reset(ctx context.Context, id provider.ID, code, password string) (*account.User, error)
	Undo(ctx context.Context, id provider.ID, code string) (*account.User, error)
	Undoable(ctx context.Context, id provider.ID, code string) (*account.Undoable, error)
}

// contacts changes contacts of people who are signed in.
type contacts interface {
	Opened(ctx context.Context, id provider.ID) (*verification.Verification, error)
	Confirmed(ctx context.Context, id provider.ID) (bool, error)
	ConfirmContact(ctx context.Context, user, id provider.ID, code string) (*account.User, error)
}

// flows knows the authorization requests in progress.
type flows interface {
	Application(r *http.Request, sealed string) pages.Application
	Cancel(r *http.Request, sealed string) error
	// Missing leads a person to the page for what is missing for a session, which an error says. Then it has
	// responded, or returns another error.
	Missing(w http.ResponseWriter, r *http.Request, start session.Start, flow string, err error) (responded bool, _ error)
}

// Config is the dependencies of the package; all are required.
type Config struct {
	Registration registration
	Invitations  invitations
	Recovery     recovery
	Contacts     contacts
	Flows        flows
	Policy       account.Policy
	// AuthorizePath is where a request in progress continues.
	AuthorizePath string
	Web           *websession.Sessions
	Pages         *pages.Set
}

// Accounts serves the pages.
type Accounts struct{ Config }

// New makes Accounts.
func New(c Config) *Accounts { return &Accounts{c} }

// Routes are the pages.
func (a *Accounts) Routes() []route.Route {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	line := func(name string, methods []string, path string, serve route.HandlerFunc, limits ...string) route.Route {
		return route.Route{Name: name, Methods: methods, Path: path, Protection: route.Page, Handler: serve, Policies: limits}
	}
	return []route.Route{
		line("register page", get, "/register", a.ServeRegisterPage, ratelimit.PagePrefix),
		line("register", post, "/register", a.ServeRegister, ratelimit.RegisterPrefix),
		// It sends no message, and people of one office are invited together.
		line("accept invitation", post, "/register/invitation", a.ServeAcceptance, ratelimit.VerifyPrefix),
		line("verify page", get, "/verify", a.ServeVerifyPage, ratelimit.PagePrefix),
		line("verify", post, "/verify", a.ServeVerify, ratelimit.VerifyPrefix),
		line("recover page", get, "/recover", a.ServeRecoverPage, ratelimit.PagePrefix),
		line("recover", post, "/recover", a.ServeRecover, ratelimit.RecoverPrefix, ratelimit.RecoverAccount),
		line("reset", post, "/reset", a.ServeReset, ratelimit.VerifyPrefix),
		line("done page", get, "/done", a.ServeDonePage, ratelimit.PagePrefix),
		line("undo page", get, "/undo", a.ServeUndoPage, ratelimit.PagePrefix),
		line("undo", post, "/undo", a.ServeUndo, ratelimit.VerifyPrefix),
	}
}

// in is the pages in the languages that the application asked for, if there is one, or those of the person.
func (a *Accounts) in(r *http.Request, values url.Values) pages.Localized {
	return a.Pages.For(r, pages.UILocales(values.Get(localesField))...)
}

// readForm reads a form of these pages. Of one with which a person goes back to the application, without an
// account, it returns the error that tells the application.
func (a *Accounts) readForm(r *http.Request) (url.Values, error) {
	form, err := a.Web.ReadForm(r, nil)
	if err == nil && form.Get("action") == "cancel" {
		err = a.Flows.Cancel(r, form.Get("flow"))
	}
	return form, err
}

// localesField passes the languages that the application asked for from page to page.
const localesField = "ui_locales"

// begin signs a person in whose account was just made, by the password that was chosen with it, or leads to what
// else has to be done before.
func (a *Accounts) begin(w http.ResponseWriter, r *http.Request, u *account.User, flow string) error {
	start := session.Start{User: u, Methods: []string{session.Password}}
	_, err := a.Web.Begin(w, r, start)
	if responded, fault := a.Flows.Missing(w, r, start, flow, err); responded {
		return fault
	}
	if err != nil {
		return err
	}
	a.onward(w, flow)
	return nil
}

// onward leads a person whose account was just made back to the request in progress, or to the start page.
func (a *Accounts) onward(w http.ResponseWriter, flow string) {
	if flow == "" {
		wire.SeeOther(w, "/", url.Values{"ready": {"1"}})
		return
	}
	wire.SeeOther(w, a.AuthorizePath, url.Values{"flow": {flow}})
}

// way is another page, in the request in progress and the languages of this one.
func way(path, flow, locales string) string { return hinted(path, flow, locales, "") }

// signInPath is where a person signs in, with a name if one is known.
func signInPath(flow, locales, name string) string { return hinted("/login", flow, locales, name) }

// hinted is another page, where the name need not be typed again.
func hinted(path, flow, locales, name string) string {
	return wire.Path(path, url.Values{"flow": {flow}, localesField: {locales}, "login_hint": {name}})
}

// linked reads an id of the address of a page. Programs that handle mail write links in upper case.
func linked(id string) (provider.ID, error) { return provider.ParseID(strings.ToLower(id)) }

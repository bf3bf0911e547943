package browser

import (
	"context"
	"io"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/logo"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// authorizeEndpoint checks authorization requests.
type authorizeEndpoint interface {
	Unfold(ctx context.Context, form url.Values) (oauth.Parameters, *oauth.AuthorizeRequest, error)
	Check(ctx context.Context, parameters oauth.Parameters) (*oauth.AuthorizeRequest, error)
	Next(ctx context.Context, f oauth.Flow, s *session.Session) (oauth.Step, error)
	Approve(ctx context.Context, f oauth.Flow, s *session.Session, decision oauth.Decision) (url.Values, error)
}

// sessions ends sign-in sessions.
type sessions interface {
	End(ctx context.Context, s *session.Session) ([]session.Party, error)
	EndNamed(ctx context.Context, sid provider.ID, means func(u *account.User) bool) (bool, []session.Party, error)
	Concerns(ctx context.Context, s *session.Session, sid, clientID string) (bool, error)
}

// signIn verifies a password.
type signIn interface {
	Verify(ctx context.Context, a account.Attempt) (*account.User, error)
}

// users finds users.
type users interface {
	User(ctx context.Context, id provider.ID) (*account.User, error)
}

// secondFactors says what a user has to do before there is a session.
type secondFactors interface {
	Of(ctx context.Context, u *account.User, methods []string) factor.Demand
	Due(ctx context.Context, u *account.User) time.Time
	Remember() time.Duration
}

// notices tells users what happened to their account.
type notices interface {
	NewSignIn(ctx context.Context, u *account.User, device string)
}

// scopes knows the description of each scope.
type scopes interface {
	List(ctx context.Context) ([]consent.Scope, error)
}

// logoutEndpoint checks logout requests.
type logoutEndpoint interface {
	Parse(ctx context.Context, form url.Values, judged bool) (oauth.LogoutRequest, error)
	Frames(ctx context.Context, parties []session.Party) (frames []oauth.Frame, leftOut int, err error)
}

// logos returns copies of the logos of clients.
type logos interface {
	Picture(ctx context.Context, clientID, version string) (logo.Picture, error)
}

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Config is the dependencies and settings of the package; all are required.
type Config struct {
	Issuer    string
	Authorize authorizeEndpoint
	// AuthorizePath and LogoutPath are the paths of those endpoints.
	AuthorizePath, LogoutPath string
	// CheckSessionPath is the path of check_session_iframe; empty: applications cannot watch sessions.
	CheckSessionPath string
	Logout           logoutEndpoint
	// LeftOut, when set, is called with the number of frames that a page after a sign-out has no room for.
	LeftOut func(frames int)
	// Web has the sessions of browsers, Sessions ends them.
	Web      *websession.Sessions
	Sessions sessions
	SignIn   signIn
	// Users, Factors, Codes, Apps, Mails and Passkeys are for what a session needs beside the password.
	Users    users
	Factors  secondFactors
	Codes    codes
	Apps     apps
	Mails    mails
	Passkeys passkeys
	Notices  notices
	Scopes   scopes
	Logos    logos
	// Lifetimes are what the consent page says about the duration of an access.
	Lifetimes grant.Lifetimes
	Pages     *pages.Set
	// Landing is the page at the root, for a browser in which no user is signed in.
	Landing pages.Landing
	// KeepSignedIn preselects the box on the sign-in page that keeps users signed in when they
	// close the browser.
	KeepSignedIn bool
	// Registration and Recovery offer people an account, or another password.
	Registration, Recovery bool
	// Phones: people may sign in with a phone number, which they have proved by an SMS.
	Phones bool
	// Seal is for the question whether to sign out.
	Seal   sealer
	Clock  provider.Clock
	Random io.Reader
}

// Browser serves the endpoints.
type Browser struct{ Config }

// New makes a Browser.
func New(c Config) *Browser { return &Browser{c} }

package ownaccount

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/picture"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// profiles changes what users say about themselves.
type profiles interface {
	ChangeProfile(ctx context.Context, user provider.ID, become func(p *account.Profile)) (*account.User, error)
	ChangePicture(ctx context.Context, user provider.ID, put func(ctx context.Context) (url string, err error)) (*account.User, error)
}

// recovery changes what an account is recovered by.
type recovery interface {
	ChangePassword(ctx context.Context, proved *account.User, password string) (*account.User, error)
	RequestEmail(ctx context.Context, user provider.ID, address, locale string) (provider.ID, error)
	RequestPhone(ctx context.Context, user provider.ID, number, locale string) (provider.ID, error)
	RemoveEmail(ctx context.Context, proved *account.User) (*account.User, error)
	RemovePhone(ctx context.Context, proved *account.User) (*account.User, error)
}

// deletion ends accounts.
type deletion interface {
	RequestDeletion(ctx context.Context, proved *account.User, grace time.Duration) (*account.User, error)
	KeepAccount(ctx context.Context, user provider.ID) error
}

// pictures stores pictures.
type pictures interface {
	Prepare(ctx context.Context, upload []byte) ([]byte, error)
	Put(ctx context.Context, userID provider.ID, square []byte) (string, error)
	Remove(ctx context.Context, userID provider.ID) error
	Find(ctx context.Context, name string) (picture.Stored, error)
}

// sessions lists and ends sign-in sessions.
type sessions interface {
	List(ctx context.Context, userID provider.ID, live bool, before provider.ID, limit int) (session.Page, error)
	Get(ctx context.Context, id provider.ID) (*session.Session, error)
	End(ctx context.Context, s *session.Session) ([]session.Party, error)
	ForgetBrowsers(ctx context.Context, userID provider.ID) error
}

// apps lists and ends the access of applications.
type apps interface {
	List(ctx context.Context, userID provider.ID) ([]connected.App, error)
	End(ctx context.Context, userID provider.ID, clientID string) error
}

// receipts proves what ended.
type receipts interface {
	Latest(ctx context.Context, userID provider.ID, clientID string) (provider.ID, error)
	Sign(ctx context.Context, u *account.User, id provider.ID) (string, error)
}

// scopes knows the description of each scope.
type scopes interface {
	List(ctx context.Context) ([]consent.Scope, error)
}

// store reads what is shown as it is stored.
type store interface {
	Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error)
	ClientNames(ctx context.Context, ids []string) (map[string]string, error)
	Consents(ctx context.Context, of consent.Filter, limit int) ([]consent.ClientConsent, error)
	MessagesAbout(ctx context.Context, userID provider.ID, limit int) ([]notify.Stored, error)
}

// Config is the dependencies and settings of the package; all are required.
type Config struct {
	Issuer   string
	Profiles profiles
	Recovery recovery
	Deletion deletion
	Pictures pictures
	Sessions sessions
	Apps     apps
	Receipts receipts
	Factors  factors
	Passkeys passkeys
	Demands  demands
	Scopes   scopes
	Store    store
	// Logo is the path of the logo of a client; empty: it has none.
	Logo func(clientID, logoURI string) string
	// Policy says which contacts can be given.
	Policy account.Policy
	// Grace is how long an account can be kept after its deletion was asked for; 0: people cannot have theirs
	// deleted.
	Grace time.Duration
	// AuthorizePath is where a request in progress continues, and LogoutPath where people sign out.
	AuthorizePath, LogoutPath string
	Web                       *websession.Sessions
	Pages                     *pages.Set
	Clock                     provider.Clock
}

// OwnAccount serves the pages.
type OwnAccount struct{ Config }

// New makes OwnAccount.
func New(c Config) *OwnAccount { return &OwnAccount{c} }

// maxUploadBody is a picture with the rest of its form, in bytes.
const maxUploadBody = picture.MaxUpload + 64<<10

// Routes are the pages.
func (o *OwnAccount) Routes() []route.Route {
	get, post := []string{http.MethodGet}, []string{http.MethodPost}
	page := func(name, path string, serve serve) route.Route {
		return route.Route{Name: name, Methods: get, Path: path, Protection: route.Page, Handler: o.signedIn(path, serve), Policies: []string{ratelimit.PagePrefix}}
	}
	form := func(name, path, from string, serve serve) route.Route {
		return route.Route{Name: name, Methods: post, Path: path, Protection: route.Page, Handler: o.signedIn(from, serve), Policies: []string{ratelimit.PagePrefix}}
	}
	upload := form("own picture", "/account/picture", profilePath, o.serveUpload)
	upload.MaxBody, upload.Policies = maxUploadBody, []string{ratelimit.VerifyPrefix}
	return []route.Route{
		page("own account page", accountPath, o.serveOverview),
		page("own profile page", profilePath, o.serveProfilePage),
		form("own profile", profilePath, profilePath, o.serveProfile),
		upload,
		form("own picture removal", "/account/picture/remove", profilePath, o.serveRemoval),
		page("own security page", securityPath, o.serveSecurityPage),
		page("own password page", passwordPath, o.fresh(passwordPath, o.servePasswordPage)),
		form("own password", passwordPath, passwordPath, o.fresh(passwordPath, o.servePassword)),
		page("own email page", emailPath, o.fresh(emailPath, o.serveContactPage(emailContact))),
		form("own email", emailPath, emailPath, o.fresh(emailPath, o.serveContact(emailContact))),
		page("own phone page", phonePath, o.fresh(phonePath, o.serveContactPage(phoneContact))),
		page("own factors page", factorsPath, o.fresh(factorsPath, o.serveFactorsPage)),
		form("own factors", factorsPath, factorsPath, o.fresh(factorsPath, o.serveFactors)),
		form("own phone", phonePath, phonePath, o.fresh(phonePath, o.serveContact(phoneContact))),
		page("own sessions page", sessionsPath, o.serveSessionsPage),
		form("own sessions", sessionsPath, sessionsPath, o.serveSessions),
		page("own apps page", appsPath, o.serveAppsPage),
		form("own apps", appsPath, appsPath, o.serveApps),
		{Name: "own receipt", Methods: get, Path: receiptsPath + "{id}", Protection: route.Page, Handler: o.signedIn(appsPath, o.serveReceipt), Policies: []string{ratelimit.PagePrefix}},
		page("own activity page", activityPath, o.serveActivityPage),
		page("own data page", dataPath, o.serveDataPage),
		form("own data", dataPath, dataPath, o.fresh(dataPath, o.serveData)),
		page("own deletion page", deletePath, o.serveDeletePage),
		form("own deletion", deletePath, deletePath, o.serveDelete),
		{Name: "picture", Methods: get, Path: picture.Path + "{name}", Protection: route.Page, Handler: o.servePicture, Policies: []string{ratelimit.AssetPrefix}},
		{Name: "change password", Methods: get, Path: "/.well-known/change-password", Protection: route.Page, Handler: serveChangePassword, Policies: []string{ratelimit.PagePrefix}},
	}
}

// The paths of the pages.
const (
	accountPath  = "/account"
	profilePath  = "/account/profile"
	securityPath = "/account/security"
	passwordPath = "/account/security/password" //nolint:gosec // the path of a page
	emailPath    = "/account/security/email"
	phonePath    = "/account/security/phone"
	factorsPath  = "/account/security/factors"
	sessionsPath = "/account/sessions"
	appsPath     = "/account/apps"
	receiptsPath = "/account/receipts/"
	activityPath = "/account/activity"
	dataPath     = "/account/data"
	deletePath   = "/account/delete"
)

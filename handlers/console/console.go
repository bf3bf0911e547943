package console

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

//go:embed templates messages
var files embed.FS

// policy tells what users have to do before they may have a session.
type policy interface {
	Suffice(ctx context.Context, u *account.User, methods []string) error
}

// Config is the dependencies and settings of the package; all are required but Networks.
type Config struct {
	// Networks are those that administrators may come from; none: all.
	Networks []netip.Prefix
	Factors  policy
	Figures  figures
	Users    users
	Accounts accounts
	// SecondFactors are those of users that are codes.
	SecondFactors factors
	Passkeys      passkeys
	Sessions      sessions
	Apps          apps
	Audit         records
	// Demo: the figures of before the first start are made up.
	Demo bool
	// LogoutPath is where people sign out.
	LogoutPath string
	Web        *websession.Sessions
	Pages      *pages.Set
	Clock      provider.Clock
}

// Console serves the pages.
type Console struct {
	Config

	pages *pages.Section
}

// New reads the pages.
func New(c Config) (*Console, error) {
	section, err := c.Pages.Section(files)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return &Console{c, section}, nil
}

// Path is where the console begins.
const Path = "/admin"

// Routes are the pages.
func (c *Console) Routes() []route.Route {
	line := func(method, name, path string, serve serve) route.Route {
		return route.Route{
			Name: "console " + name, Methods: []string{method}, Path: Path + path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix},
			Handler: c.admitted(serve),
		}
	}
	// A page, for those who may read what it is about.
	page := func(name, path, noun string, serve serve) route.Route {
		return line(http.MethodGet, name+" page", path, reading(noun, serve))
	}
	// A form, for those who may change it.
	form := func(name, path, noun string, act act) route.Route {
		return line(http.MethodPost, name, path, c.form(audit.WriteScope(noun), act))
	}
	return []route.Route{
		line(http.MethodGet, "overview page", "", c.serveOverview),
		page("users", "/users", "users", c.serveUsers),
		page("user", "/users/{user_id}", "users", c.serveUser),
		form("user state", "/users/{user_id}/state", "users", c.serveUserState),
		form("user sessions", "/users/{user_id}/sessions", "sessions", c.serveUserSessions),
		form("user apps", "/users/{user_id}/apps", "consents", c.serveUserApps),
		form("user factors", "/users/{user_id}/factors", "users", c.serveUserFactors),
		form("user deletion", "/users/{user_id}/deletion", "users", c.serveUserDeletion),
	}
}

// now is the time of a request.
func (c *Console) now(r *http.Request) time.Time { return c.Clock.Now(r.Context()) }

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
	page := func(name, path string, serve serve) route.Route {
		return route.Route{
			Name: "console " + name, Methods: []string{http.MethodGet}, Path: Path + path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix},
			Handler: c.admitted(serve),
		}
	}
	return []route.Route{
		page("overview", "", c.serveOverview),
	}
}

// now is the time of a request.
func (c *Console) now(r *http.Request) time.Time { return c.Clock.Now(r.Context()) }

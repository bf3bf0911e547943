package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Routes are the pages.
func (c *Console) Routes() []route.Route {
	return slices.Concat(
		c.overviewRoutes(), c.clientRoutes(), c.registrationTokenRoutes(), c.tryRoutes(),
		c.userRoutes(), c.groupRoutes(), c.accessRoutes(),
		c.keyRoutes(), c.scopeRoutes(), c.findRoutes(),
		c.auditRoutes(), c.webhookRoutes(), c.operationRoutes(),
		slashRoutes(),
	)
}

// slashRoutes lead to pages from their paths with a slash after it, which people type.
func slashRoutes() []route.Route {
	page := func(name, path string) route.Route {
		return route.Route{Name: name, Methods: []string{http.MethodGet}, Path: path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix}, Handler: withoutSlash}
	}
	return []route.Route{page("console overview slash", Path+"/"), page("console page slash", Path+"/{page:.+}/")}
}

func withoutSlash(w http.ResponseWriter, r *http.Request) error {
	wire.SeeOther(w, strings.TrimRight(r.URL.EscapedPath(), "/"), r.URL.Query())
	return nil
}

func (c *Console) overviewRoutes() []route.Route {
	return []route.Route{c.line(http.MethodGet, "overview page", "", c.serveOverview)}
}

// line is a page or a form for those who may enter the console.
func (c *Console) line(method, name, path string, serve serve) route.Route {
	return route.Route{
		Name: "console " + name, Methods: []string{method}, Path: Path + path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix},
		Handler: c.admitted(serve),
	}
}

// page is a page, for those who may read what it is about.
func (c *Console) page(name, path, noun string, serve serve) route.Route {
	return c.line(http.MethodGet, name+" page", path, reading(noun, serve))
}

// change is a form, for those who may change what it is about.
func (c *Console) change(name, path, noun string, act act) route.Route {
	return c.line(http.MethodPost, name, path, c.form(audit.WriteScope(noun), act))
}

// merged is a form that is merged with what somebody else has stored in the meantime.
func (c *Console) merged(name, path, noun string, act act) route.Route {
	line := c.change(name, path, noun, act)
	line.MaxBody = maxMerged
	return line
}

// maxMerged bounds such a form, in bytes: it has each value twice, as it is typed and as it was. The key set of a client
// alone may have 64 KiB.
const maxMerged = 1 << 20

package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

const scopesPath = Path + "/scopes"

// scopes are those of the catalogue.
type scopes interface {
	Create(ctx context.Context, actor audit.Actor, s consent.Scope) (consent.Scope, error)
	Change(ctx context.Context, actor audit.Actor, name string, change func(s *consent.Scope) error) (consent.Scope, error)
	Delete(ctx context.Context, actor audit.Actor, name string) error
	List(ctx context.Context) ([]consent.Scope, error)
}

// scopeUses are the clients that may ask for a scope.
type scopeUses interface {
	ClientsWithScope(ctx context.Context, scope string, limit int) ([]client.Brief, error)
}

// scopeLine is a scope in a list, with the description that the viewer's language has.
type scopeLine struct {
	consent.Scope

	Text    string
	BuiltIn bool
}

// Path is the page about the scope.
func (s scopeLine) Path() string { return scopePath(s.Name) }

func scopePath(name string) string {
	return wire.Path(scopesPath+"/scope", url.Values{"name": {name}})
}

// scopesPage is the list of scopes.
type scopesPage struct {
	shell

	Scopes []scopeLine
	Search string
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// serveScopes lists the scopes by name. Servers hold all of them in memory.
func (c *Console) serveScopes(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := scopesPage{shell: c.shell(w, r, v, scopesPath), Search: trimmed(query, "search")}
	all, err := c.sortedScopes(r.Context())
	if err != nil {
		return err
	}
	after := query.Get("after")
	all = slices.DeleteFunc(all, func(s consent.Scope) bool {
		return s.Name <= after && after != "" || !strings.Contains(strings.ToLower(s.Name+"\n"+s.Description), strings.ToLower(page.Search))
	})
	if len(all) > listed {
		all = all[:listed]
		page.Next = wire.Path(scopesPath, url.Values{"search": {page.Search}, "after": {all[listed-1].Name}})
	}
	tag := c.pages.For(r).Language()
	for _, s := range all {
		page.Scopes = append(page.Scopes, lineOf(s, tag))
	}
	return c.pages.For(r).Write(w, http.StatusOK, "scopes", page, r.URL.RequestURI())
}

func lineOf(s consent.Scope, tag string) scopeLine {
	text := s.Descriptions[tag]
	if text == "" {
		text = s.Description
	}
	if consent.BuiltIn(s.Name) {
		s.Claims = standardClaims(s.Name)
	}
	return scopeLine{s, text, consent.BuiltIn(s.Name)}
}

// standardClaims are those that a standard scope releases.
func standardClaims(scope string) []string {
	return slices.DeleteFunc(consent.Claims(), func(claim string) bool { return consent.ScopeOf(claim) != scope })
}

// sortedScopes are all scopes by name: each database has an order of its own.
func (c *Console) sortedScopes(ctx context.Context) ([]consent.Scope, error) {
	all, err := c.Scopes.List(ctx)
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b consent.Scope) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

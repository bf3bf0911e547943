package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// serveNewScope serves the form for a new scope.
func (c *Console) serveNewScope(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := scopeForm{shell: c.shell(w, r, v, scopesPath)}
	page.fill(nil, nil, c.Pages.Tags())
	return c.writeScope(w, r, http.StatusOK, page, nil)
}

// serveScopeCreation makes a scope.
func (c *Console) serveScopeCreation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	typed := typedScope(form)
	made, err := c.Scopes.Create(r.Context(), v.actor, typed)
	if errors.Is(err, provider.ErrConflict) {
		err = &consent.InvalidScope{Property: "name", Fault: fault.New(fault.ScopeTaken)}
	}
	var wrong *consent.InvalidScope
	if errors.As(err, &wrong) {
		page := scopeForm{shell: c.shell(w, r, v, scopesPath)}
		page.fill(scopeTexts(typed), nil, c.Pages.Tags())
		return c.writeScope(w, r, http.StatusUnprocessableEntity, page, err)
	}
	if err != nil {
		return err
	}
	return c.done(w, r, scopePath(made.Name), said{Done: "scope_created", About: made.Name})
}

// serveScope serves the page about a scope.
func (c *Console) serveScope(w http.ResponseWriter, r *http.Request, v *viewer) error {
	s, err := c.scopeOf(r, r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	page := scopeForm{shell: c.shell(w, r, v, scopesPath), revision: revisionOf(scopeVersion(*s), scopeTexts(*s)), Scope: s}
	page.fill(scopeTexts(*s), nil, c.Pages.Tags())
	return c.writeScope(w, r, http.StatusOK, page, nil)
}

// scopeOf is the scope with a name.
func (c *Console) scopeOf(r *http.Request, name string) (*consent.Scope, error) {
	all, err := c.Scopes.List(r.Context())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(s consent.Scope) bool { return s.Name == name })
	if at < 0 {
		return nil, noPage(r)
	}
	return &all[at], nil
}

// serveScopeChange changes a scope, unless somebody else has done so since the form was shown: then the form is shown
// again, merged with that.
func (c *Console) serveScopeChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	typed, from := typedScope(form), sentRevision(form)
	known, err := c.scopeOf(r, typed.Name)
	if err != nil {
		return err
	}
	var now consent.Scope
	_, err = c.Scopes.Change(r.Context(), v.actor, known.Name, func(s *consent.Scope) error {
		if now = *s; scopeVersion(*s) != from.Version {
			return errStale
		}
		s.Description, s.Descriptions = typed.Description, typed.Descriptions
		if !consent.BuiltIn(s.Name) {
			s.Claims = typed.Claims
		}
		return nil
	})
	page := scopeForm{shell: c.shell(w, r, v, scopesPath), revision: from, Scope: known}
	var wrong *consent.InvalidScope
	switch {
	case errors.Is(err, errStale):
		canonical.From(r.Context()).Outcome("stale")
		values := scopeTexts(typed)
		conflicts, taken := values.merge(from.base(), scopeTexts(now))
		page.revision, page.Scope = revisionOf(scopeVersion(now), scopeTexts(now)), &now
		page.Stale, page.Merged = true, taken
		page.fill(values, conflicts, c.Pages.Tags())
		return c.writeScope(w, r, http.StatusConflict, page, nil)
	case errors.As(err, &wrong):
		page.fill(scopeTexts(typed), nil, c.Pages.Tags())
		return c.writeScope(w, r, http.StatusUnprocessableEntity, page, err)
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, scopePath(known.Name), said{Done: "scope_changed", About: known.Name})
}

// serveScopeDeletion deletes a scope, once its name was typed.
func (c *Console) serveScopeDeletion(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	s, err := c.scopeOf(r, form.Get("name"))
	if err != nil {
		return err
	}
	if consent.BuiltIn(s.Name) {
		return c.done(w, r, scopePath(s.Name), said{Done: "scope_standard", About: s.Name})
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{shell: shell{Current: scopesPath}, Kind: "delete_scope", Name: s.Name, Typed: true, Back: scopePath(s.Name), With: url.Values{"name": {s.Name}}})
	if !yes {
		return err
	}
	if err := c.Scopes.Delete(r.Context(), v.actor, s.Name); err != nil {
		return found(r, err)
	}
	return c.done(w, r, scopesPath, said{Done: "scope_deleted", About: s.Name})
}

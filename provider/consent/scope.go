package consent

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Scope is one entry of the catalogue.
type Scope struct {
	Name string
	// Description completes "This application will be able to …" on the consent page; empty, the
	// page shows the name. Descriptions are for languages, by tag (BCP 47).
	Description  string
	Descriptions map[string]string
	// Claims are those about the user that the scope releases. The standard scopes release what
	// OpenID Connect says.
	Claims    []string
	CreatedAt time.Time
}

// ScopeStore stores the catalogue. It returns provider.ErrNotFound and provider.ErrConflict.
type ScopeStore interface {
	CreateScope(ctx context.Context, s Scope) error
	Scopes(ctx context.Context) ([]Scope, error) // by name
	// LockScope reads a scope and locks it until the transaction ends.
	LockScope(ctx context.Context, name string) (Scope, error)
	UpdateScope(ctx context.Context, s Scope) error
	DeleteScope(ctx context.Context, name string) error
}

// Catalogue changes and lists the scopes. Each change is an administrative act.
type Catalogue struct {
	store ScopeStore
	gate  *audit.Gate
	clock provider.Clock
}

// NewCatalogue makes a Catalogue.
func NewCatalogue(store ScopeStore, gate *audit.Gate, clock provider.Clock) *Catalogue {
	return &Catalogue{store: store, gate: gate, clock: clock}
}

// Create adds a scope. It returns *InvalidScope or provider.ErrConflict.
func (c *Catalogue) Create(ctx context.Context, actor audit.Actor, s Scope) (Scope, error) {
	s.CreatedAt = c.clock.Now(ctx)
	if err := s.prepare(nil); err != nil {
		return Scope{}, err
	}
	return s, c.gate.Do(ctx, actor, audit.ScopeCreate, scopeTarget(s.Name), func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(s.record()), c.store.CreateScope(ctx, s)
	})
}

// Change changes a scope, except for its name: change receives the current one and modifies it in
// place. A user who agreed to the scope is asked again for claims that it releases from now on. It
// returns the error of change, *InvalidScope or provider.ErrNotFound.
func (c *Catalogue) Change(ctx context.Context, actor audit.Actor, name string, change func(s *Scope) error) (Scope, error) {
	var changed Scope
	err := c.gate.Do(ctx, actor, audit.ScopeUpdate, scopeTarget(name), func(ctx context.Context) (audit.Changes, error) {
		s, err := c.store.LockScope(ctx, name)
		if err != nil {
			return nil, err
		}
		before, created, texts := s.record(), s.CreatedAt, s.texts()
		s.Descriptions = maps.Clone(s.Descriptions)
		if err := change(&s); err != nil {
			return nil, err
		}
		s.Name, s.CreatedAt = name, created
		if err := s.prepare(texts); err != nil {
			return nil, err
		}
		changed = s
		return audit.Diff(before, s.record()), c.store.UpdateScope(ctx, s)
	})
	return changed, err
}

func scopeTarget(name string) audit.Target { return audit.Target{Type: audit.Scope, ID: name} }

// record is the scope as the audit log shows it.
func (s *Scope) record() map[string]any {
	values := map[string]any{"description": s.Description}
	if len(s.Descriptions) > 0 {
		values["descriptions"] = maps.Clone(s.Descriptions)
	}
	if len(s.Claims) > 0 {
		values["claims"] = slices.Clone(s.Claims)
	}
	return values
}

// Ensure adds those of the names that the catalogue lacks, the scopes of OpenID Connect with
// descriptions and others without, and returns the latter: a client may be registered for a scope
// that has no description yet.
func (c *Catalogue) Ensure(ctx context.Context, actor audit.Actor, names []string) ([]string, error) {
	present, err := c.store.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	var added []string
	for _, name := range names {
		if listed(present, name) || audit.IsScope(name) {
			continue
		}
		if standard(name) {
			if _, err := c.Create(ctx, actor, Scope{Name: name, Description: StandardDescription(name)}); err != nil && !errors.Is(err, provider.ErrConflict) {
				return added, fmt.Errorf("scope %q: %w", name, err)
			}
			continue
		}
		if _, err := c.Create(ctx, actor, Scope{Name: name}); err != nil {
			if errors.Is(err, provider.ErrConflict) { // added concurrently
				continue
			}
			return added, fmt.Errorf("scope %q: %w", name, err)
		}
		added = append(added, name)
	}
	return added, nil
}

// List returns the whole catalogue, by name.
func (c *Catalogue) List(ctx context.Context) ([]Scope, error) { return c.store.Scopes(ctx) }

// Delete removes a scope from the catalogue. Clients registered for it keep it until
// they are updated: deleting words must not break a running application. A standard scope would be
// back with the next client that is registered for it: it returns ErrStandardScope for one.
func (c *Catalogue) Delete(ctx context.Context, actor audit.Actor, name string) error {
	if BuiltIn(name) {
		return ErrStandardScope
	}
	return c.gate.Do(ctx, actor, audit.ScopeDelete, scopeTarget(name), func(ctx context.Context) (audit.Changes, error) {
		s, err := c.store.LockScope(ctx, name)
		if err != nil {
			return nil, err
		}
		return audit.Diff(s.record(), nil), c.store.DeleteScope(ctx, name)
	})
}

// Unknown are those of the names that Ensure would add, and that are no standard scopes: somebody made them up, or
// mistyped them.
func (c *Catalogue) Unknown(ctx context.Context, names []string) (unknown []string, err error) {
	present, err := c.store.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !listed(present, name) && !audit.IsScope(name) && !standard(name) && !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown, nil
}

func listed(present []Scope, name string) bool {
	return slices.ContainsFunc(present, func(s Scope) bool { return s.Name == name })
}

func standard(name string) bool { return name == "openid" || StandardDescription(name) != "" }

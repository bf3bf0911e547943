package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Scope is one entry of the catalogue. Description completes "This application will be
// able to …" on the consent page; empty, the page shows the name.
type Scope struct {
	Name        string
	Description string
	CreatedAt   time.Time
}

// ErrMalformedScope: the name is not valid in a scope parameter (RFC 6749 section 3.3).
var ErrMalformedScope = errors.New("a scope name has 1 to 500 printable ASCII characters, without spaces, quotation marks and backslashes")

// ErrMalformedDescription: the text is too long for a line of a page, or not one line.
var ErrMalformedDescription = errors.New("a description has at most 300 bytes and no control characters")

// ErrStandardScope: every server has the scope, whether the catalogue describes it or not.
var ErrStandardScope = errors.New("a standard scope, which every server has, cannot be deleted")

// ScopeStore stores the catalogue. It returns provider.ErrNotFound and provider.ErrConflict.
type ScopeStore interface {
	CreateScope(ctx context.Context, s Scope) error
	Scopes(ctx context.Context) ([]Scope, error) // by name
	DescribeScope(ctx context.Context, name, description string) error
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

// Create adds a scope. It returns ErrMalformedScope, ErrMalformedDescription or
// provider.ErrConflict.
func (c *Catalogue) Create(ctx context.Context, actor audit.Actor, name, description string) (Scope, error) {
	if !client.ValidScope(name) {
		return Scope{}, ErrMalformedScope
	}
	if !validDescription(description) {
		return Scope{}, ErrMalformedDescription
	}
	s := Scope{Name: name, Description: description, CreatedAt: c.clock.Now(ctx)}
	return s, c.gate.Do(ctx, actor, audit.ScopeCreate, scopeTarget(name), func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"description": description}), c.store.CreateScope(ctx, s)
	})
}

// Describe changes the description of a scope. It returns ErrMalformedDescription or
// provider.ErrNotFound.
func (c *Catalogue) Describe(ctx context.Context, actor audit.Actor, name, description string) error {
	if !validDescription(description) {
		return ErrMalformedDescription
	}
	return c.gate.Do(ctx, actor, audit.ScopeUpdate, scopeTarget(name), func(ctx context.Context) (audit.Changes, error) {
		before, err := c.described(ctx, name)
		if err != nil {
			return nil, err
		}
		return audit.Diff(before, map[string]any{"description": description}), c.store.DescribeScope(ctx, name, description)
	})
}

func scopeTarget(name string) audit.Target { return audit.Target{Type: audit.Scope, ID: name} }

// described is a scope as the audit log shows it; nil if there is no such scope.
func (c *Catalogue) described(ctx context.Context, name string) (map[string]any, error) {
	all, err := c.store.Scopes(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Name == name {
			return map[string]any{"description": s.Description}, nil
		}
	}
	return nil, nil
}

func validDescription(text string) bool {
	return len(text) <= 300 && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// StandardScopes are those that every server has: of OpenID Connect (Core sections 3.1.2.1, 5.4
// and 11), and the user's roles, which some clients know as groups.
func StandardScopes() []string {
	return []string{"openid", "profile", "email", "address", "phone", "roles", "groups", "offline_access"}
}

// SignInScopes are the default scopes of an application that signs users in: several libraries
// request none.
func SignInScopes() []string { return []string{"openid", "profile", "email"} }

// builtIn tells whether every server has the scope: a standard one, or one of the management API,
// which users are never asked about.
func builtIn(name string) bool {
	return slices.Contains(StandardScopes(), name) || audit.IsScope(name)
}

// StandardDescription describes the scopes of OpenID Connect (Core sections 5.4 and 11) as long
// as the operator has not changed the description.
func StandardDescription(name string) string {
	switch name {
	case "profile":
		return "See your name and other details of your profile"
	case "email":
		return "See your email address"
	case "address":
		return "See your postal address"
	case "phone":
		return "See your phone number"
	case "roles":
		return "See your roles"
	case "groups":
		return "See your groups"
	case "offline_access":
		return "Keep this access while you are signed out"
	default:
		return ""
	}
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
		if slices.ContainsFunc(present, func(s Scope) bool { return s.Name == name }) || audit.IsScope(name) {
			continue
		}
		description := StandardDescription(name)
		if name == "openid" || description != "" {
			if _, err := c.Create(ctx, actor, name, description); err != nil && !errors.Is(err, provider.ErrConflict) {
				return added, fmt.Errorf("scope %q: %w", name, err)
			}
			continue
		}
		if _, err := c.Create(ctx, actor, name, ""); err != nil {
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
	if builtIn(name) {
		return ErrStandardScope
	}
	return c.gate.Do(ctx, actor, audit.ScopeDelete, scopeTarget(name), func(ctx context.Context) (audit.Changes, error) {
		before, err := c.described(ctx, name)
		if err != nil {
			return nil, err
		}
		return audit.Diff(before, nil), c.store.DeleteScope(ctx, name)
	})
}

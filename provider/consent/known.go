package consent

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Known keeps all scopes in memory: every request for openid checks against them the scopes that its
// client may not request, and which claims the others release.
type Known struct {
	store  scopeLister
	scopes atomic.Pointer[map[string][]string] // the claims of each
}

// scopeLister lists the catalogue.
type scopeLister interface {
	Scopes(ctx context.Context) ([]Scope, error)
}

// NewKnown makes a Known of the standard scopes, until Learn is called.
func NewKnown(store scopeLister) *Known {
	k := &Known{store: store}
	k.scopes.Store(&map[string][]string{})
	return k
}

// Learn reads the catalogue: at the start, and after a change.
func (k *Known) Learn(ctx context.Context) error {
	list, err := k.store.Scopes(ctx)
	if err != nil {
		return fmt.Errorf("scopes: %w", err)
	}
	scopes := make(map[string][]string, len(list))
	for _, s := range list {
		scopes[s.Name] = s.Claims
	}
	k.scopes.Store(&scopes)
	return nil
}

// Exists tells whether there is a scope of exactly that name.
func (k *Known) Exists(name string) bool {
	_, ok := (*k.scopes.Load())[name]
	return ok || BuiltIn(name)
}

// ClaimsOf are the claims that a scope of the operator's own releases.
func (k *Known) ClaimsOf(name string) []string { return (*k.scopes.Load())[name] }

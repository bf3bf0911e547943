package consent

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Known keeps the names of all scopes in memory: every request for openid checks against them the
// scopes that its client may not request.
type Known struct {
	store scopeLister
	names atomic.Pointer[map[string]struct{}]
}

// scopeLister lists the catalogue.
type scopeLister interface {
	Scopes(ctx context.Context) ([]Scope, error)
}

// NewKnown makes a Known of the standard scopes, until Learn is called.
func NewKnown(store scopeLister) *Known {
	k := &Known{store: store}
	k.names.Store(&map[string]struct{}{})
	return k
}

// Learn reads the catalogue: at the start, and after a change.
func (k *Known) Learn(ctx context.Context) error {
	scopes, err := k.store.Scopes(ctx)
	if err != nil {
		return fmt.Errorf("scopes: %w", err)
	}
	names := make(map[string]struct{}, len(scopes))
	for _, s := range scopes {
		names[s.Name] = struct{}{}
	}
	k.names.Store(&names)
	return nil
}

// Exists tells whether there is a scope of exactly that name.
func (k *Known) Exists(name string) bool {
	_, ok := (*k.names.Load())[name]
	return ok || builtIn(name)
}

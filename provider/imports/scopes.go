package imports

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// KindScope is the kind of scopes.
const KindScope Kind = "scope"

// Scope is the value of a scope.
type Scope struct{ Name, Description string }

// catalogue is the catalogue of scopes.
type catalogue interface {
	List(ctx context.Context) ([]consent.Scope, error)
	Create(ctx context.Context, actor audit.Actor, s consent.Scope) (consent.Scope, error)
	Change(ctx context.Context, actor audit.Actor, name string, change func(s *consent.Scope) error) (consent.Scope, error)
}

// Scopes is the sink of scopes. They are few: each is an administrative act of its own.
type Scopes struct {
	catalogue catalogue
	actor     audit.Actor
	dryRun    bool
}

// NewScopes makes the sink.
func NewScopes(c catalogue, actor audit.Actor, dryRun bool) *Scopes {
	return &Scopes{c, actor, dryRun}
}

// Write is part of Sink.
func (s *Scopes) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	listed, err := s.catalogue.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the scopes: %w", err)
	}
	known := map[string]consent.Scope{}
	for _, scope := range listed {
		known[scope.Name] = scope
	}
	outcomes := make([]Outcome, len(batch))
	for i, item := range batch {
		scope, ok := item.Value.(Scope)
		if !ok {
			return nil, fmt.Errorf("imports: line %d is %T, not a scope", item.Line, item.Value)
		}
		if outcomes[i], err = s.write(ctx, scope, known); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

func (s *Scopes) write(ctx context.Context, scope Scope, known map[string]consent.Scope) (Outcome, error) {
	before, exists := known[scope.Name]
	made := consent.Scope{Name: scope.Name, Description: scope.Description}
	var invalid *consent.InvalidScope
	if err := made.Valid(); errors.As(err, &invalid) {
		return RefusedFor("/"+invalid.Property, invalid.Fault.String()), nil
	}
	var err error
	switch {
	case exists && (before.Description == scope.Description || scope.Description == ""):
		return Outcome{State: Present}, nil
	case exists && before.Description != "":
		return RefusedFor("/description", "the scope exists with another description"), nil
	case s.dryRun:
	case exists: // a client that came before it added it
		_, err = s.catalogue.Change(ctx, s.actor, scope.Name, func(s *consent.Scope) error {
			s.Description = scope.Description
			return nil
		})
	default:
		_, err = s.catalogue.Create(ctx, s.actor, made)
	}
	known[scope.Name] = made
	return Outcome{State: Imported}, err
}

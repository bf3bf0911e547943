package imports

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// clientAdder registers clients in one administrative act with the given details. It returns, for each,
// nil, client.ErrPresent or what is wrong.
type clientAdder interface {
	Add(ctx context.Context, clients []*client.Imported, details map[string]any) ([]error, error)
}

// ClientOptions are those of an import of clients.
type ClientOptions struct {
	// Scopes adds those of the scopes to the catalogue that it does not have, and returns them. It is nil
	// in a dry run.
	Scopes     func(ctx context.Context, names []string) ([]string, error)
	Management Management
	// Flags are those of a command that make it act on the same database, each after a space.
	Flags string
}

// Clients is the sink of clients: the value of an item is a *client.Imported.
type Clients struct {
	adder   clientAdder
	source  Source
	options ClientOptions
}

// NewClients makes the sink over client.Registry.Import.
func NewClients(adder clientAdder, source Source, o ClientOptions) *Clients {
	return &Clients{adder, source, o}
}

// Write is part of Sink.
func (s *Clients) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	outcomes := make([]Outcome, len(batch))
	clients := make([]*client.Imported, 0, len(batch))
	at := make([]int, 0, len(batch))
	for i, item := range batch {
		c, ok := item.Value.(*client.Imported)
		if !ok {
			return nil, fmt.Errorf("imports: line %d is %T, not a client", item.Line, item.Value)
		}
		note, fault := s.options.Management.admit(c, s.options.Flags)
		if fault != nil {
			outcomes[i] = Outcome{State: Refused, Fault: *fault}
			continue
		}
		if note != "" {
			outcomes[i].Warnings = []string{note}
		}
		clients, at = append(clients, c), append(at, i)
	}
	if len(clients) == 0 {
		return outcomes, nil
	}
	results, err := s.adder.Add(ctx, clients, s.source.Details(batch))
	if err != nil {
		return nil, err
	}
	added := make([]Outcome, len(clients))
	var names []string
	for i, result := range results {
		added[i] = clientOutcome(result)
		added[i].Warnings, added[i].Notes = outcomes[at[i]].Warnings, batch[at[i]].Notes
		if added[i].State != Refused {
			names = append(names, clients[i].Scopes...)
		}
		if clients[i].Pairwise() {
			added[i].Notes = append(slices.Clone(added[i].Notes), "knows its users by pairwise subjects of this server: by others than where it comes from")
		}
	}
	err = s.ensure(ctx, names, clients, added)
	for i, outcome := range added {
		outcomes[at[i]] = outcome
	}
	return outcomes, err
}

// ensure adds the scopes of the clients to the catalogue, also of those that are there already: a run
// may have ended before it.
func (s *Clients) ensure(ctx context.Context, names []string, clients []*client.Imported, outcomes []Outcome) error {
	if s.options.Scopes == nil || len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	added, err := s.options.Scopes(ctx, slices.Compact(names))
	if err != nil {
		return fmt.Errorf("add scopes: %w", err)
	}
	for _, name := range added {
		for i, c := range clients {
			if outcomes[i].State != Refused && c.MayAsk(name) {
				outcomes[i].Notes = append(outcomes[i].Notes, fmt.Sprintf("scope %q is new; describe it with: %s", name, refusal.ScopeDescribe(name, s.options.Flags)))
				break
			}
		}
	}
	return nil
}

func clientOutcome(err error) Outcome {
	switch {
	case err == nil:
		return Outcome{State: Imported}
	case errors.Is(err, client.ErrPresent):
		return Outcome{State: Present}
	case errors.Is(err, provider.ErrConflict):
		return RefusedFor("/client_id", strings.TrimPrefix(err.Error(), provider.ErrConflict.Error()+": "))
	}
	return Outcome{State: Refused, Fault: *clientFault(err)}
}

// clientFault is the first problem, with the others behind it.
func clientFault(err error) *Fault {
	var invalid *client.Invalid
	if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
		return &Fault{Reason: err.Error()}
	}
	first := invalid.Problems[0]
	reason := first.Fault.String()
	for _, p := range invalid.Problems[1:] {
		reason += "; /" + pointer(p.Field) + ": " + p.Fault.String()
	}
	return &Fault{"/" + pointer(first.Field), reason}
}

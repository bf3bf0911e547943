package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// The results of an import.
var (
	// ErrPresent: everything was agreed to already.
	ErrPresent = errors.New("is there already")
	// ErrNoClient and ErrNoUser: there is no such client or user.
	ErrNoClient = errors.New("the client is not registered here")
	ErrNoUser   = errors.New("there is no user with that subject here")
)

// Imported is what a user agreed to at another server, to be remembered here.
type Imported struct {
	Agreement

	ClientID, Subject string
}

// importStore is what an import needs of the store.
type importStore interface {
	// Registered returns those of the clients that are registered.
	Registered(ctx context.Context, clients []string) (map[string]bool, error)
	// UserIDs returns the ids of those of the users who exist, by subject.
	UserIDs(ctx context.Context, subjects []string) (map[string]provider.ID, error)
	Standing(ctx context.Context, userID provider.ID, clientID string) (Standing, error)
	// Remember replaces what was before, or has the transaction repeated if it was something else.
	Remember(ctx context.Context, userID provider.ID, clientID, before string, r Remembered, at time.Time) error
}

// ImportOptions are those of an import of consents.
type ImportOptions struct {
	DryRun bool
	// Client and User tell whether a dry run would have imported a client or a subject before.
	Client, User func(id string) bool
}

// Import remembers consents of another server.
type Import struct {
	store   importStore
	gate    *audit.Gate
	clock   provider.Clock
	actor   audit.Actor
	options ImportOptions
}

// NewImport begins an import.
func NewImport(store importStore, gate *audit.Gate, clock provider.Clock, actor audit.Actor, o ImportOptions) *Import {
	return &Import{store, gate, clock, actor, o}
}

// Add remembers a batch in one administrative act, together with what the users agreed to here. It
// returns, for each, nil, ErrPresent, ErrNoClient or ErrNoUser.
func (i *Import) Add(ctx context.Context, batch []Imported, details map[string]any) (results []error, err error) {
	if i.options.DryRun {
		results, _, err = i.apply(ctx, batch, false)
		return results, err
	}
	err = i.gate.Do(ctx, i.actor, audit.ConsentImport, audit.Target{Type: audit.User}, func(ctx context.Context) (audit.Changes, error) {
		var n int
		var err error
		if results, n, err = i.apply(ctx, batch, true); err != nil || n == 0 {
			return audit.Changes{}, err
		}
		values := map[string]any{"imported": n}
		for name, value := range details {
			values[name] = value
		}
		return audit.Details(values), nil
	})
	if err != nil {
		return nil, fmt.Errorf("import consents: %w", err)
	}
	return results, nil
}

// apply checks a batch and, unless told otherwise, remembers it. It counts what is new.
func (i *Import) apply(ctx context.Context, batch []Imported, write bool) (results []error, fresh int, err error) {
	var clients, subjects []string
	for _, c := range batch {
		clients, subjects = union(clients, []string{c.ClientID}), append(subjects, c.Subject)
	}
	registered, err := i.store.Registered(ctx, clients)
	if err != nil {
		return nil, 0, err
	}
	users, err := i.store.UserIDs(ctx, subjects)
	if err != nil {
		return nil, 0, err
	}
	results = make([]error, len(batch))
	would := func(have func(string) bool, id string) bool { return i.options.DryRun && have(id) }
	for n, c := range batch {
		user, exists := users[c.Subject]
		switch {
		case !registered[c.ClientID] && !would(i.options.Client, c.ClientID):
			results[n] = ErrNoClient
		case !exists && !would(i.options.User, c.Subject):
			results[n] = ErrNoUser
		case !registered[c.ClientID] || !exists: // a dry run
			fresh++
		default:
			if results[n], err = i.remember(ctx, user, c, write); err != nil {
				return nil, 0, err
			}
			if results[n] == nil {
				fresh++
			}
		}
	}
	return results, fresh, nil
}

func (i *Import) remember(ctx context.Context, user provider.ID, c Imported, write bool) (result, err error) {
	before, err := i.store.Standing(ctx, user, c.ClientID)
	if err != nil {
		return nil, err
	}
	if before.Covers(c.Agreement) {
		return ErrPresent, nil
	}
	if !write {
		return nil, nil
	}
	return nil, i.store.Remember(ctx, user, c.ClientID, before.Version, before.Remembered.And(c.Agreement), i.clock.Now(ctx))
}

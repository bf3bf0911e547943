package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// ErrPresent: the client to be imported is registered, and is identical.
var ErrPresent = errors.New("is there already")

// Imported is a client of another system. A client with a secret has it in clear or as a hash.
type Imported struct {
	Client
	// Secret is the secret in clear, and SecretHash its hash in a form of AdoptHash.
	Secret, SecretHash string
}

// importStore is what an import needs of the store.
type importStore interface {
	// ClientsByID reads those of the clients that are registered.
	ClientsByID(ctx context.Context, ids []string) ([]*Client, error)
	// CreateClients stores clients with their secrets, all or none.
	CreateClients(ctx context.Context, clients []*Client) error
}

// Import registers clients from another system.
type Import struct {
	registry *Registry
	store    importStore
	actor    audit.Actor
	dryRun   bool
	earlier  map[string]bool // the ids of what a dry run would have written
}

// Import begins an import. A dry run checks everything and writes nothing.
func (r *Registry) Import(store importStore, actor audit.Actor, dryRun bool) *Import {
	return &Import{registry: r, store: store, actor: actor, dryRun: dryRun, earlier: map[string]bool{}}
}

// importTries is how often a batch is tried when clients are registered concurrently.
const importTries = 3

// Add registers a batch of clients in one administrative act. It returns, for each, nil, ErrPresent,
// provider.ErrConflict or *Invalid. The details are for the audit log, which also gets the ids.
func (i *Import) Add(ctx context.Context, clients []*Imported, details map[string]any) (results []error, err error) {
	for range importTries {
		var fine []*Client
		if results, fine, err = i.check(ctx, clients); err != nil {
			return nil, err
		}
		if i.dryRun {
			for _, c := range fine {
				i.earlier[c.ID] = true
			}
			return results, nil
		}
		if len(fine) == 0 {
			return results, nil
		}
		err = i.registry.gate.Do(ctx, i.actor, audit.ClientImport, audit.Target{Type: audit.Client}, func(ctx context.Context) (audit.Changes, error) {
			if err := i.store.CreateClients(ctx, fine); err != nil {
				return nil, err
			}
			taken, err := i.registry.store.UserSubjects(ctx, idsOf(fine))
			if err == nil && len(taken) > 0 {
				err = provider.ErrConflict // a user was imported meanwhile
			}
			return importChanges(fine, details), err
		})
		if !errors.Is(err, provider.ErrConflict) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("import clients: %w", err)
	}
	return results, nil
}

func idsOf(clients []*Client) []string {
	ids := make([]string, len(clients))
	for n, c := range clients {
		ids[n] = c.ID
	}
	return ids
}

// importChanges lists the ids, so that the record of how a client came to be can be found.
func importChanges(clients []*Client, details map[string]any) audit.Changes {
	values := maps.Clone(details)
	if values == nil {
		values = map[string]any{}
	}
	values["imported"], values["ids"] = len(clients), idsOf(clients)
	return audit.Details(values)
}

func (i *Import) check(ctx context.Context, clients []*Imported) (results []error, fine []*Client, err error) {
	var ids []string
	for _, c := range clients {
		if validID(c.ID) { // no database takes every text
			ids = append(ids, c.ID)
		}
	}
	found, err := i.store.ClientsByID(ctx, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("look for existing clients: %w", err)
	}
	existing := make(map[string]*Client, len(found))
	for _, c := range found {
		existing[c.ID] = c
	}
	subjects, err := i.registry.store.UserSubjects(ctx, ids)
	if err != nil {
		return nil, nil, fmt.Errorf("look for users: %w", err)
	}
	results = make([]error, len(clients))
	taken := map[string]bool{}
	for n, imported := range clients {
		if taken[imported.ID] || i.earlier[imported.ID] {
			results[n] = fmt.Errorf("%w: an earlier entry has that client_id", provider.ErrConflict)
			continue
		}
		c, err := i.checkOne(ctx, imported, existing[imported.ID])
		if err != nil && !isResult(err) {
			return nil, nil, err
		}
		if err == nil && slices.Contains(subjects, c.ID) {
			c, err = nil, &Invalid{[]Problem{{Field: "client_id", Fault: fault.New(fault.ClientIDUser)}}}
		}
		results[n] = err
		if c != nil {
			fine = append(fine, c)
			taken[c.ID] = true
		}
	}
	return results, fine, nil
}

// isResult tells what is wrong with a client from a failure of the server.
func isResult(err error) bool {
	var invalid *Invalid
	return errors.As(err, &invalid) || errors.Is(err, ErrPresent) || errors.Is(err, provider.ErrConflict) || errors.Is(err, audit.ErrForbidden)
}

// checkOne returns the client as it is to be stored, or why it is not.
func (i *Import) checkOne(ctx context.Context, imported *Imported, existing *Client) (*Client, error) {
	c := imported.Client
	c.FillDefaults()
	c.spellResponses()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := mayManage(i.actor, &c); err != nil {
		return nil, err
	}
	if err := imported.validateSecret(&c); err != nil {
		return nil, err
	}
	now := i.registry.clock.Now(ctx)
	if existing != nil {
		return nil, i.compare(ctx, imported, &c, existing, now)
	}
	if err := c.checkTrust(); err != nil {
		return nil, err
	}
	if err := i.registry.sectors.check(ctx, &c); err != nil {
		return nil, err
	}
	if err := i.registry.secretOf(ctx, imported, &c); err != nil {
		return nil, err
	}
	if c.CreatedAt.IsZero() || c.CreatedAt.After(now) {
		c.CreatedAt = now
	}
	c.UpdatedAt = now
	return &c, nil
}

// compare returns ErrPresent when the existing client is what would be imported. A secret that was
// upgraded at its first use, or another one beside it, is no difference.
func (i *Import) compare(ctx context.Context, imported *Imported, c, existing *Client, now time.Time) error {
	differ := slices.Sorted(maps.Keys(audit.Diff(existing.record(), c.record())))
	same := !c.HasSecret()
	switch {
	case same:
	case imported.Secret != "":
		ok, err := i.registry.secrets.Holds(ctx, existing, imported.Secret, now)
		if err != nil {
			return fmt.Errorf("compare the secret of client %s: %w", c.ID, err)
		}
		same = ok
	default:
		hash, err := AdoptHash(imported.SecretHash)
		if err != nil {
			return err
		}
		same = slices.ContainsFunc(existing.Secrets, func(s Secret) bool {
			return s.Hash == hash || (outdated(hash) && !outdated(s.Hash))
		})
	}
	if !same {
		differ = append(differ, "client_secret")
	}
	if differ == nil {
		return ErrPresent
	}
	return fmt.Errorf("%w: the client is registered, and differs in %s", provider.ErrConflict, strings.Join(differ, ", "))
}

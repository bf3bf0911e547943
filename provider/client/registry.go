package client

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// errNotRegistrable is the error for an id that cannot be registered: to callers it is
// provider.ErrNotFound.
var errNotRegistrable = fmt.Errorf("not a client id: %w", provider.ErrNotFound)

// Store stores clients with their secrets. Each change raises the catalogue version.
// Methods return provider.ErrNotFound and provider.ErrConflict.
type Store interface {
	finder
	CreateClient(ctx context.Context, c *Client) error
	// RegisteredItself tells whether the client did, whoever vouches for it now.
	RegisteredItself(ctx context.Context, id string) (bool, error)
	// UserSubjects returns those of the texts that are, or were, the subject or the id of a user. After
	// a client was created, no user gets its id until the transaction ends.
	UserSubjects(ctx context.Context, texts []string) ([]string, error)
	// LockClient reads a client and locks it until the transaction ends: a change writes the whole
	// row, and would undo a concurrent change.
	LockClient(ctx context.Context, id string) (*Client, error)
	// UpdateClient replaces the registration and the list of secrets.
	UpdateClient(ctx context.Context, c *Client) error
	DeleteClient(ctx context.Context, id string) error
	// AllowedUsers lists the names of the users who may use a restricted client.
	AllowedUsers(ctx context.Context, id string) ([]string, error)
	// AllowUser restricts the client to named users, of whom the user is one.
	AllowUser(ctx context.Context, clientID string, userID provider.ID) error
	// DisallowUser takes a user from them, and ends what was issued to the client for the user.
	DisallowUser(ctx context.Context, clientID string, userID provider.ID, at time.Time) error
	// AllowedGroups lists the roles whose users may use a restricted client.
	AllowedGroups(ctx context.Context, id string) ([]string, error)
	// AllowGroup restricts the client to named users and groups, of which the group is one.
	AllowGroup(ctx context.Context, clientID, group string) error
	// DisallowGroup takes a group from them, and ends what was issued to the client for users who are
	// not named in another way.
	DisallowGroup(ctx context.Context, clientID, group string) error
	// EndUserGrants ends what was issued to the client for users.
	EndUserGrants(ctx context.Context, clientID string, at time.Time) error
}

// Lister pages through clients of one kind, or all where none is given, in the order of their ids, from after the given one.
type Lister interface {
	Clients(ctx context.Context, trust Trust, after string, limit int) ([]*Client, error)
}

// Registry registers clients and changes their registration. Each change is an administrative act.
type Registry struct {
	store   Store
	gate    *audit.Gate
	secrets *Secrets
	clock   provider.Clock
	random  io.Reader
	known   forgetter // nil: this process knows no clients
	sectors *Sectors  // nil: no client may name a sector identifier URI
	// added is set where clients register themselves.
	added quietStore
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, gate *audit.Gate, secrets *Secrets, clock provider.Clock, random io.Reader) *Registry {
	return &Registry{store: store, gate: gate, secrets: secrets, clock: clock, random: random}
}

// Beside returns a Registry whose changes a Directory of this process learns of at once. Those of other
// processes are noticed when it is flushed.
func (r *Registry) Beside(d forgetter) *Registry {
	beside := *r
	beside.known = d
	return &beside
}

// WithSectors lets clients name a sector identifier URI, whose document it checks.
func (r *Registry) WithSectors(s *Sectors) *Registry {
	with := *r
	with.sectors = s
	return &with
}

// act carries out a change of one client.
func (r *Registry) act(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, change func(ctx context.Context) (audit.Changes, error)) error {
	err := r.carryOut(ctx, actor, action, target, change)
	if r.known != nil {
		// After an error as well: a commit whose answer was lost may have happened.
		provider.AfterCommit(ctx, func() { r.known.Forget(target.ID) })
	}
	return err
}

// Create registers c. An empty id gets a random one, an empty secret of a confidential
// client a generated one; the secret in clear is returned and can never be read again.
// It fills in c's defaults and times, and returns *Invalid or provider.ErrConflict.
func (r *Registry) Create(ctx context.Context, actor audit.Actor, c *Client, secret string) (string, error) {
	now := r.clock.Now(ctx)
	if c.ID == "" {
		c.ID = provider.NewID(now, r.random).String()
	}
	c.FillDefaults()
	c.spellResponses()
	c.CreatedAt, c.UpdatedAt = now, now
	if err := c.Validate(); err != nil {
		return "", err
	}
	if r.added == nil {
		if err := c.checkTrust(); err != nil {
			return "", err
		}
	}
	if err := mayManage(actor, c); err != nil {
		return "", err
	}
	if c.HasSecret() && strings.Contains(c.ID, ":") {
		return "", &Invalid{[]Problem{{Field: "client_id", Fault: fault.New(fault.ClientIDColon)}}}
	}
	if !c.HasSecret() {
		if secret != "" {
			return "", &Invalid{[]Problem{{Field: "client_secret", Fault: fault.New(fault.NoSecret, "method", c.AuthMethod)}}}
		}
		return "", r.create(ctx, actor, c)
	}
	kept, secret, err := r.newSecret(ctx, c, secret)
	if err != nil {
		return "", err
	}
	c.Secrets = []Secret{kept}
	return secret, r.create(ctx, actor, c)
}

func (r *Registry) create(ctx context.Context, actor audit.Actor, c *Client) error {
	return r.act(ctx, actor, audit.ClientCreate, audit.OfClient(c.ID), func(ctx context.Context) (audit.Changes, error) {
		if err := r.sectors.check(ctx, c); err != nil {
			return nil, err
		}
		add := r.store.CreateClient
		if r.added != nil {
			add = r.added.AddClient
		}
		if err := add(ctx, c); err != nil {
			return nil, err
		}
		if r.added != nil && !c.FromDocument() { // its id is random, and so that of no user
			return r.recorded(audit.Diff(nil, c.whole())), nil
		}
		taken, err := r.store.UserSubjects(ctx, []string{c.ID})
		if err == nil && slices.Contains(taken, c.ID) {
			// The sub of a token of the client's own is its id, and a resource server would take the client for the user.
			err = &Invalid{[]Problem{{Field: "client_id", Fault: fault.New(fault.ClientIDUser)}}}
		}
		return r.recorded(audit.Diff(nil, c.whole())), err
	})
}

// FillDefaults sets what a registration has where it names nothing.
func (c *Client) FillDefaults() {
	if c.Type == "" {
		c.Type = Web
	}
	if c.AuthMethod == "" {
		c.AuthMethod = SecretBasic
	}
	if c.TokenFormat == "" {
		c.TokenFormat = Opaque
	}
	if c.RefreshTokenRotation == "" {
		c.RefreshTokenRotation = Rotate
	}
	if c.Name == "" {
		c.Name = c.ID
	}
}

// Update changes the registration of a client: change receives the current one and modifies it in
// place, except for id, secrets and times. What users have from a client that did not administer ends
// when it does from now on, and what any has when its kind of subjects changes. It returns *Invalid or provider.ErrNotFound, and then nothing has changed.
func (r *Registry) Update(ctx context.Context, actor audit.Actor, id string, change func(c *Client) error) (*Client, error) {
	var updated *Client
	err := r.act(ctx, actor, audit.ClientUpdate, audit.OfClient(id), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		created, secrets, method, before, texts := c.CreatedAt, c.Secrets, c.AuthMethod, c.record(), c.texts()
		was := *c
		if err := change(c); err != nil {
			return nil, err
		}
		c.ID, c.CreatedAt, c.Secrets = id, created, secrets
		c.spellResponses()
		if err := c.validate(texts); err != nil {
			return nil, err
		}
		if err := mayManage(actor, c); err != nil {
			return nil, err
		}
		if err := c.changedMethod(method); err != nil {
			return nil, err
		}
		if err := r.changedTrust(ctx, c, &was); err != nil {
			return nil, err
		}
		if err := r.changedSector(ctx, c, &was); err != nil {
			return nil, err
		}
		updated = c
		after := c.record()
		if err := r.namesBefore(ctx, c, before); err != nil {
			return nil, err
		}
		changes := r.recorded(audit.Diff(before, after))
		if len(changes) == 0 {
			return changes, nil
		}
		// Not the instant at which the transaction began: it may have waited for tokens that are issued, and
		// one that was issued before the client is disabled must not be younger than that.
		c.UpdatedAt = r.clock.Real()
		if err := r.store.UpdateClient(ctx, c); err != nil || !c.endsGrants(&was) {
			return changes, err
		}
		return changes, r.store.EndUserGrants(ctx, c.ID, c.UpdatedAt)
	})
	if err != nil {
		return nil, err
	}
	return updated, nil
}

// endsGrants tells whether what the client has for users ends by a change. Those who administer from now on
// signed in to something else, which may have handed the tokens on. Where the kind of subjects changes, a
// refreshed ID token would name the user by another sub than before, which OpenID Connect Core section 12.2 forbids.
func (c *Client) endsGrants(before *Client) bool {
	return (c.Administers() && !before.Administers()) || c.Pairwise() != before.Pairwise()
}

// changedMethod removes secrets that the new method does not use, and refuses a change that needs a
// secret in a form that is not stored.
func (c *Client) changedMethod(before AuthMethod) error {
	was := Client{AuthMethod: before}
	switch {
	case !c.HasSecret():
		c.Secrets = nil
		return nil
	case was.Public():
		return &Invalid{[]Problem{{Field: "token_endpoint_auth_method", Fault: fault.New(fault.Confidential)}}}
	case !was.HasSecret() || (c.AuthMethod == SecretJWT) != (before == SecretJWT):
		return &Invalid{[]Problem{{Field: "token_endpoint_auth_method", Fault: fault.New(fault.Method)}}}
	default:
		return nil
	}
}

// lock reads a client for a change by the actor, in the transaction of ctx.
func (r *Registry) lock(ctx context.Context, actor audit.Actor, id string) (*Client, error) {
	c, err := r.store.LockClient(ctx, id)
	if err != nil {
		return nil, err
	}
	return c, mayManage(actor, c)
}

// Delete removes a client; everything issued to it is revoked with it.
func (r *Registry) Delete(ctx context.Context, actor audit.Actor, id string) error {
	return r.act(ctx, actor, audit.ClientDelete, audit.OfClient(id), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		return r.recorded(audit.Diff(c.whole(), nil)), r.store.DeleteClient(ctx, id)
	})
}

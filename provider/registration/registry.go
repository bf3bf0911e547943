package registration

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// clientRegistry changes clients on their own behalf: see client.Registry.ForItself.
type clientRegistry interface {
	Create(ctx context.Context, actor audit.Actor, c *client.Client, secret string) (string, error)
	Update(ctx context.Context, actor audit.Actor, id string, change func(c *client.Client) error) (*client.Client, error)
	Delete(ctx context.Context, actor audit.Actor, id string) error
}

// secretHolder knows the secrets of clients.
type secretHolder interface {
	Holds(ctx context.Context, c *client.Client, secret string, now time.Time) (bool, error)
}

// transactor runs fn in one transaction.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// deriver derives one token from another, by any of its keys: see keyring.Key.
type deriver interface {
	CurrentID() byte
	IDs() []byte
	Derive(keyID byte, info []byte, size int) ([]byte, error)
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// limit bounds what one address or client does. Wait is how long it has to wait for the next; 0: not at all.
type limit interface {
	Take(ctx context.Context, by string) (wait time.Duration, err error)
}

// Domain are the services that a Registry uses.
type Domain struct {
	Store        Store
	Tokens       TokenStore
	Clients      clientRegistry
	Secrets      secretHolder
	Keys         keySource
	Successor    deriver
	Transactions transactor
	// Changes bounds the changes that one client makes to its registration.
	Changes limit
	Events  publisher
	Clock   provider.Clock
	Random  io.Reader
}

// Registry registers clients that register themselves, and lets them manage that.
type Registry struct {
	Domain

	settings Settings
}

// New makes a Registry.
func New(s Settings, d Domain) *Registry { return &Registry{Domain: d, settings: s} }

// Request is a request of a client about its own registration.
type Request struct {
	// Bearer is the token of the request; empty: none.
	Bearer string
	Body   []byte
	// Prefix is that of the address, as limits count it; empty: unknown.
	Prefix string
}

// Register registers a client. It returns a refusal with a code of RFC 7591 section 3.2.2, or
// invalid_token.
func (r *Registry) Register(ctx context.Context, in Request) (*Information, error) {
	now, from := r.Clock.Now(ctx), sources(in.Prefix)
	initial, err := r.initial(ctx, in.Bearer, now)
	if err != nil {
		return nil, err
	}
	asked, err := members(in.Body)
	if err != nil {
		return nil, err
	}
	stated, err := r.statement(ctx, asked)
	if err != nil {
		return nil, err
	}
	maps.Copy(asked, stated.claims) // RFC 7591 section 2.3: they take precedence
	id := provider.NewID(now, r.Random)
	c := &client.Client{ID: id.String(), Trust: client.Unverified, TokenFormat: r.settings.TokenFormat}
	if initial != nil && initial.Vouches || stated.vouches(asked) {
		c.Trust = client.Verified
	}
	terms := r.settings.terms(initial)
	c.Audience = slices.Clone(terms.Audience)
	if err := r.settings.apply(c, asked, stated, terms, false); err != nil {
		return nil, err
	}
	made := token.New(token.Registration, id, r.Random)
	kept := Kept{ClientID: c.ID, Hash: hash(made.Encode()), CreatedAt: now}
	if initial == nil {
		if err := r.room(ctx, from, now, 0); err != nil {
			return nil, err
		}
		due := now.Add(r.settings.Unused)
		kept.DueAt = &due
	} else {
		kept.InitialToken = initial.ID
	}
	if err := r.mayBeCalled(ctx, c); err != nil { // after it is known that there is room, as it takes a while
		return nil, err
	}
	secret, err := r.add(ctx, c, kept, func(ctx context.Context) error {
		if initial == nil {
			return r.count(ctx, from, now)
		}
		return notFound(r.Tokens.UseInitialToken(ctx, initial.ID, now), unauthorized(refusal.CheckInitialToken, true)) // others were faster
	})
	if err != nil {
		return nil, err
	}
	r.Events.Publish(ctx, event.ClientRegistered{ClientID: c.ID, Anonymous: initial == nil})
	return &Information{Client: c, Secret: secret, Token: made.Encode(), Statement: stated.text, endpoint: r.settings.Endpoint}, nil
}

// add stores a client with its registration, and does first what has to succeed in the same transaction.
func (r *Registry) add(ctx context.Context, c *client.Client, kept Kept, first func(ctx context.Context) error) (secret string, err error) {
	err = r.Transactions.InTx(ctx, func(ctx context.Context) error {
		if err := first(ctx); err != nil {
			return err
		}
		registered := *c // a transaction that is repeated begins with the same client
		if secret, err = r.Clients.Create(ctx, audit.Requester(ctx, audit.ClientActor, c.ID), &registered, ""); err != nil {
			return asRefusal(err)
		}
		*c = registered
		return r.Store.AddRegistration(ctx, kept)
	})
	return secret, err
}

// Read returns a registration. Who presents the token of before the last update, whose response may be lost, is told the
// one in force.
func (r *Registry) Read(ctx context.Context, clientID string, in Request) (*Information, error) {
	kept, err := r.accepted(ctx, clientID, in.Bearer)
	if err != nil {
		return nil, err
	}
	c, err := r.Store.Client(ctx, clientID)
	if err != nil {
		return nil, notFound(err, unauthorized(refusal.CheckRegistrationToken, true)) // it was deleted just now
	}
	if err := itsOwn(c); err != nil {
		return nil, err
	}
	bearer, err := r.inForce(kept, in.Bearer)
	if err != nil {
		return nil, err
	}
	if kept.current(in.Bearer) && kept.Previous != nil {
		// The client has got it: the one before is of no use to it any more.
		if err := r.Store.EndPreviousToken(ctx, clientID, kept.Hash); err != nil {
			return nil, err
		}
	}
	return &Information{Client: c, Token: cmp.Or(bearer, in.Bearer), endpoint: r.settings.Endpoint}, nil
}

// Update replaces a registration, and its token. What an operator gave the client beyond what it may have
// by itself stays, and its scopes stay: a software statement can make them fewer. A verified client that changes anything but what differs calls
// harmless is not verified any more, unless a software statement says all of it.
func (r *Registry) Update(ctx context.Context, clientID string, in Request) (*Information, error) {
	if _, err := r.accepted(ctx, clientID, in.Bearer); err != nil {
		return nil, err
	}
	if err := r.mayChange(ctx, clientID); err != nil {
		return nil, err
	}
	asked, err := members(in.Body)
	if err != nil {
		return nil, err
	}
	if named := textOf(asked[clientIDName]); named != clientID {
		return nil, wrong(clientIDName, "must be that of the registration")
	}
	stated, err := r.statement(ctx, asked)
	if err != nil {
		return nil, err
	}
	maps.Copy(asked, stated.claims)
	var updated *client.Client
	var next string
	err = r.Transactions.InTx(ctx, func(ctx context.Context) error {
		c, kept, err := r.manage(ctx, clientID, in.Bearer)
		if err != nil {
			return err
		}
		if err := r.sameSecret(ctx, c, asked); err != nil {
			return err
		}
		terms, err := r.termsOf(ctx, kept)
		if err != nil {
			return err
		}
		updated, err = r.Clients.Update(ctx, audit.Requester(ctx, audit.ClientActor, clientID), clientID, func(c *client.Client) error {
			return r.change(ctx, c, asked, stated, terms)
		})
		if err != nil {
			return asRefusal(err)
		}
		next, err = r.replaceToken(ctx, kept, in.Bearer)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Information{Client: updated, Token: next, Statement: stated.text, endpoint: r.settings.Endpoint}, nil
}

// mayChange counts a change, and refuses it where there were too many: each is a record that stays.
func (r *Registry) mayChange(ctx context.Context, clientID string) error {
	wait, err := r.Changes.Take(ctx, clientID)
	if err != nil || wait == 0 {
		return err
	}
	refused := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckRateLimit, "The client changed its registration too often.").For(clientID).WithStatus(429)
	refused.RetryAfter = wait
	return refused
}

// change makes of a client what it asks for now.
func (r *Registry) change(ctx context.Context, c *client.Client, asked map[string]json.RawMessage, stated statement, terms Terms) error {
	before := *c
	if err := r.settings.apply(c, asked, stated, terms, true); err != nil {
		return err
	}
	if c.Pairwise() && !before.Pairwise() {
		// By way of public subjects it would come to pairwise ones of another sector.
		return wrong("subject_type", "can become pairwise by the operator of the server alone: register anew")
	}
	if c.Trust == client.Verified && !stated.vouches(asked) && differs(&before, c) {
		c.Trust = client.Unverified
	}
	if c.Name == before.Name && c.Trust == before.Trust {
		return nil // it was checked, or somebody vouches for it
	}
	return r.mayBeCalled(ctx, c)
}

// Delete removes a client, and ends everything that was issued to it.
func (r *Registry) Delete(ctx context.Context, clientID string, in Request) error {
	if _, err := r.accepted(ctx, clientID, in.Bearer); err != nil {
		return err
	}
	return r.Transactions.InTx(ctx, func(ctx context.Context) error {
		if _, _, err := r.manage(ctx, clientID, in.Bearer); err != nil {
			return err
		}
		return r.Clients.Delete(ctx, audit.Requester(ctx, audit.ClientActor, clientID), clientID)
	})
}

// accepted returns the registration that a token manages. It is asked before anything is locked, by whoever knows the id
// of a client.
func (r *Registry) accepted(ctx context.Context, clientID, bearer string) (*Kept, error) {
	if err := presented(clientID, bearer); err != nil {
		return nil, err
	}
	refused := unauthorized(refusal.CheckRegistrationToken, true)
	kept, err := r.Store.Registration(ctx, clientID)
	if err != nil {
		return nil, notFound(err, refused)
	}
	if !kept.accepts(bearer, r.Clock.Now(ctx)) {
		return nil, refused.For(clientID)
	}
	return kept, nil
}

// manage locks a client, and tells whether the token manages it still.
func (r *Registry) manage(ctx context.Context, clientID, bearer string) (*client.Client, *Kept, error) {
	c, err := r.Store.LockClient(ctx, clientID)
	if err != nil {
		return nil, nil, notFound(err, unauthorized(refusal.CheckRegistrationToken, true))
	}
	kept, err := r.accepted(ctx, clientID, bearer)
	if err != nil {
		return nil, nil, err
	}
	return c, kept, itsOwn(c)
}

// itsOwn refuses to manage a client that only an operator may change.
func itsOwn(c *client.Client) error {
	if operators(c) {
		return refusal.New(refusal.AccessDenied, refusal.CheckManagedClient, "The operator of the server manages this client.").For(c.ID)
	}
	return nil
}

// operators tells whether only an operator may change the client: one that was disabled, or that has what none has by
// itself.
func operators(c *client.Client) bool {
	return c.Disabled || !c.SelfRegistered() || Privileged(c) || len(audit.Scopes(c.Scopes)) > 0
}

// termsOf are those that the client registered under: of a token that has expired, too.
func (r *Registry) termsOf(ctx context.Context, kept *Kept) (Terms, error) {
	if kept.InitialToken.IsZero() {
		return r.settings.terms(nil), nil
	}
	initial, err := r.Tokens.InitialToken(ctx, kept.InitialToken)
	if err != nil {
		return Terms{}, fmt.Errorf("initial access token of client %s: %w", kept.ClientID, err)
	}
	return r.settings.terms(initial), nil
}

// sameSecret refuses a secret of the client's choice (RFC 7592 section 2.2).
func (r *Registry) sameSecret(ctx context.Context, c *client.Client, asked map[string]json.RawMessage) error {
	value, named := asked[secretName]
	if !named {
		return nil
	}
	ok, err := r.Secrets.Holds(ctx, c, textOf(value), r.Clock.Now(ctx))
	if err != nil {
		return fmt.Errorf("compare the secret of client %s: %w", c.ID, err)
	}
	if !ok {
		return wrong(secretName, "must be the one that the server issued, or left out")
	}
	return nil
}

// differs tells whether a client is another one than an operator verified: in anything but what says nothing about who
// it is, and what it is sent.
func differs(before, after *client.Client) bool {
	return !slices.Equal(before.Responses(), after.Responses()) || slices.ContainsFunc(own(), func(p property) bool {
		return !slices.Contains(append(harmless(), responseTypes), p.name) && !reflect.DeepEqual(p.Value(before), p.Value(after))
	})
}

// harmless are the names of what says nothing about who a client is. Response types are compared by their meaning.
func harmless() []string { return []string{"contacts", "software_version", scopeName} }

func textOf(value json.RawMessage) string {
	var text string
	_ = json.Unmarshal(value, &text) // no text is none
	return text
}

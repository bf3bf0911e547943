package registration

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	// documentFreshLeast and documentFreshMost bound how long a document is not read again, whatever its
	// Cache-Control says; documentFresh is how long where it says nothing.
	documentFreshLeast, documentFresh, documentFreshMost = 5 * time.Minute, time.Hour, 24 * time.Hour
	// documentStale is how much longer a client is what it was while its document cannot be fetched.
	documentStale = 24 * time.Hour
	// documentPause is the least time between two fetches of a document of which the first failed: a request
	// that anybody can send must not make this server send others without limit.
	documentPause = 30 * time.Second
	documentsKept = 10_000
)

// fetcher fetches from a URL that somebody chose.
type fetcher interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}

// directory finds registered clients, from memory if possible.
type directory interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// DocumentDomain is what Documents need beside a Registry.
type DocumentDomain struct {
	Clients directory
	Fetch   fetcher
	// Limit bounds the documents of unknown clients that one address has this server fetch.
	Limit limit
	// Prefix is that of an address, as limits count it.
	Prefix func(address netip.Addr) string
}

// Documents finds the clients of authorization requests: those that are registered, and those whose client_id is the
// URL of a client ID metadata document (draft-ietf-oauth-client-id-metadata-document), which are registered by
// reading that.
type Documents struct {
	DocumentDomain

	registry *Registry
	hosts    []string
	byHost   *hostBudgets
	flights  singleflight.Group
	seen     *lru.Cache[string, seen]
}

// seen is what this process knows of a document. It is never changed once it is kept.
type seen struct {
	// fresh is until when the document need not be read again.
	fresh time.Time
	// pause is until when it is not fetched again after a failure, which is err. While it could not be fetched the
	// client can be used until usable.
	pause, usable time.Time
	err           error
}

// NewDocuments makes a Documents. Only documents on the hosts are read; "*" is any host, and without hosts none is.
func NewDocuments(s Settings, hosts []string, d Domain, o DocumentDomain) *Documents {
	kept, err := lru.New[string, seen](documentsKept)
	if err != nil { // only for a size that is not positive
		panic("registration: " + err.Error())
	}
	// There is no way to agree on a secret (section 4.1).
	s.AuthMethods = slices.DeleteFunc(slices.Clone(s.AuthMethods), func(m string) bool {
		return m != string(client.None) && m != string(client.PrivateKeyJWT)
	})
	s.shared = true
	return &Documents{DocumentDomain: o, registry: New(s, d), hosts: hosts, byHost: newHostBudgets(), seen: kept}
}

// Client returns the client with an id, or provider.ErrNotFound; of a document that cannot be read, or that is on a host
// which is not let in any more, a refusal. A client that only an operator changes stays as it is. In a transaction, which
// must not wait for another server and may be rolled back, it is the client as it is stored.
func (d *Documents) Client(ctx context.Context, id string) (*client.Client, error) {
	c, err := d.Clients.Client(ctx, id)
	known := err == nil
	switch {
	case known && (!c.FromDocument() || operators(c)), !known && !errors.Is(err, provider.ErrNotFound):
		return c, err
	case known && !d.reads(id):
		return nil, notLetIn(id)
	case !d.reads(id), provider.InTransaction(ctx):
		return c, err
	}
	now := d.registry.Clock.Now(ctx)
	last, _ := d.seen.Get(id)
	switch {
	case known && now.Before(last.fresh):
		return c, nil
	case now.Before(last.pause):
		return last.without(c, now)
	}
	// All who wait share the fetch: it must not end because the first of them was cancelled.
	flight := d.flights.DoChan(id, func() (any, error) {
		last := d.read(context.WithoutCancel(ctx), id, c)
		if last.remains() {
			d.seen.Add(id, last)
		}
		return last, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-flight:
		last = result.Val.(seen) //nolint:forcetypeassert // of the function above
	}
	if last.err != nil {
		return last.without(c, now)
	}
	return d.Clients.Client(ctx, id)
}

// reads tells whether an id is the URL of a document on a host that the operator lets in.
func (d *Documents) reads(id string) bool {
	return client.DocumentURL(id) && (slices.Contains(d.hosts, "*") || slices.Contains(d.hosts, hostOf(id)))
}

// without is the client while its document cannot be read; c is nil for one that is not known.
func (s seen) without(c *client.Client, now time.Time) (*client.Client, error) {
	if c != nil && now.Before(s.usable) {
		return c, nil
	}
	return nil, s.err
}

// remains tells whether it is of use later. Ids that anybody can make up, of which nothing was fetched, must not push out
// what is known of documents.
func (s seen) remains() bool { return !s.fresh.IsZero() || !s.pause.IsZero() }

// read reads a document, unless another process has just done so, and registers or changes its client; c is nil for one
// that is not known.
func (d *Documents) read(ctx context.Context, id string, c *client.Client) seen {
	now := d.registry.Clock.Now(ctx)
	failed := func(err error) seen { return seen{pause: now.Add(documentPause), err: err} }
	var before Document
	switch kept, err := d.registry.Store.Registration(ctx, id); {
	case err == nil && kept.Document.FreshUntil != nil:
		before = kept.Document
	case err != nil && !errors.Is(err, provider.ErrNotFound):
		return seen{err: fmt.Errorf("registration of %s: %w", id, err)}
	}
	if c != nil && before.FreshUntil != nil && now.Before(*before.FreshUntil) {
		return seen{fresh: *before.FreshUntil}
	}
	if c == nil {
		if err := d.admit(ctx, id, now); err != nil {
			return seen{err: err} // another address may have it read
		}
	}
	response, err := d.Fetch.Get(outbound.SelfRegistered(ctx), id, "application/json", maxDocument)
	if err != nil {
		d.tell(ctx, id, event.DocumentUnreachable)
		last := failed(unreachable(id, err))
		if before.FreshUntil != nil {
			last.usable = before.FreshUntil.Add(documentStale)
		}
		return last
	}
	fresh := now.Add(lifetimeOf(response))
	current := Document{Hash: hash(string(response.Body)), ReadAt: &now, FreshUntil: &fresh}
	outcome, err := d.keep(ctx, id, response, current, c != nil && bytes.Equal(before.Hash, current.Hash))
	if err != nil {
		var refused *refusal.Refusal
		if !errors.As(err, &refused) {
			return seen{err: fmt.Errorf("client of the document %s: %w", id, err)}
		}
		d.tell(ctx, id, event.DocumentRefused)
		return failed(inDocument(id, refused))
	}
	d.tell(ctx, id, outcome)
	return seen{fresh: fresh}
}

// lifetimeOf is how long a document need not be read again.
func lifetimeOf(f outbound.Fetched) time.Duration {
	lifetime, said := f.Fresh()
	if !said {
		return documentFresh
	}
	return min(max(lifetime, documentFreshLeast), documentFreshMost)
}

func (d *Documents) tell(ctx context.Context, id string, outcome event.DocumentOutcome) {
	d.registry.Events.Publish(ctx, event.ClientDocumentRead{ClientID: id, Outcome: outcome})
}

// keep makes the client what its document says. Where that is the same as before, only the times are kept.
func (d *Documents) keep(ctx context.Context, id string, response outbound.Fetched, current Document, same bool) (event.DocumentOutcome, error) {
	if same {
		return event.DocumentUnchanged, d.registry.Store.KeepDocument(ctx, id, current)
	}
	asked, err := d.metadata(id, response)
	if err != nil {
		return "", err
	}
	stated, err := d.registry.statement(ctx, asked)
	if err != nil {
		return "", err
	}
	maps.Copy(asked, stated.claims) // RFC 7591 section 2.3: they take precedence
	outcome, err := d.change(ctx, id, asked, stated, current)
	if !errors.Is(err, provider.ErrNotFound) {
		return outcome, err
	}
	err = d.add(ctx, id, asked, stated, current)
	if errors.Is(err, provider.ErrConflict) { // another process was faster
		return event.DocumentUnchanged, nil
	}
	return event.DocumentRegistered, err
}

// add registers a client. It returns provider.ErrConflict where there is one with the id.
func (d *Documents) add(ctx context.Context, id string, asked map[string]json.RawMessage, stated statement, current Document) error {
	r := d.registry
	terms := r.settings.terms(nil)
	c := &client.Client{ID: id, Trust: client.Unverified, TokenFormat: r.settings.TokenFormat, Audience: slices.Clone(terms.Audience)}
	if stated.vouches(asked) {
		c.Trust = client.Verified
	}
	if err := r.settings.apply(c, asked, stated, terms, false); err != nil {
		return err
	}
	if err := r.mayBeCalled(ctx, c); err != nil {
		return err
	}
	_, err := r.add(ctx, c, r.keptOf(c, current), func(ctx context.Context) error {
		return r.count(ctx, d.sources(ctx, id), r.Clock.Now(ctx))
	})
	return err
}

// keptOf is the registration of a client from a document.
func (r *Registry) keptOf(c *client.Client, current Document) Kept {
	due := current.ReadAt.Add(r.settings.Unused)
	return Kept{ClientID: c.ID, Hash: []byte{}, CreatedAt: *current.ReadAt, DueAt: &due, Document: current}
}

// change changes a client as an update of its registration does: by the same rules it is still verified, or not any
// more. It returns provider.ErrNotFound where there is none.
func (d *Documents) change(ctx context.Context, id string, asked map[string]json.RawMessage, stated statement, current Document) (outcome event.DocumentOutcome, err error) {
	r := d.registry
	err = r.Transactions.InTx(ctx, func(ctx context.Context) error {
		c, err := r.Store.LockClient(ctx, id)
		if err != nil {
			return err
		}
		if !c.FromDocument() || operators(c) { // since it was looked up
			outcome = event.DocumentUnchanged
			return nil
		}
		_, err = r.Clients.Update(ctx, audit.Requester(ctx, audit.ClientActor, id), id, func(c *client.Client) error {
			return r.change(ctx, c, asked, stated, r.settings.terms(nil))
		})
		if err != nil {
			return asRefusal(err)
		}
		outcome = event.DocumentChanged
		err = r.Store.KeepDocument(ctx, id, current)
		if errors.Is(err, provider.ErrNotFound) { // an operator said of a client of theirs that it is from a document
			return r.Store.AddRegistration(ctx, r.keptOf(c, current))
		}
		return err
	})
	return outcome, err
}

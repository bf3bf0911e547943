package grant

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ErrPresent: what is to be imported is there already.
var ErrPresent = errors.New("is there already")

// Unfit says why tokens of another server cannot be imported.
type Unfit struct{ Field, Message string }

// Error is the reason.
func (u *Unfit) Error() string { return u.Message }

// Foreign is what one user authorized at another server, with the refresh tokens that are live there.
type Foreign struct {
	ClientID, Subject string
	Scopes, Audience  []string
	AuthTime          *time.Time
	ACR               string
	AMR               []string
	Tokens            []ForeignToken
}

// ForeignToken is a refresh token of another server.
type ForeignToken struct {
	// Digest is by what it is found, such as HydraDigest.
	Digest []byte
	// ExpiresAt is nil where it does not expire.
	ExpiresAt *time.Time
}

// Chain is a grant to be stored with the refresh tokens under it.
type Chain struct {
	Grant  Grant
	Tokens []ImportedToken
}

// ImportedToken is a refresh token of another server as it is stored.
type ImportedToken struct {
	Token

	Digest []byte
	// KeptUntil is how long it is known that the token was imported.
	KeptUntil time.Time
}

// importStore is what an import needs of the store.
type importStore interface {
	ClientsByID(ctx context.Context, ids []string) ([]*client.Client, error)
	UsersAlike(ctx context.Context, a account.Alike) ([]*account.User, error)
	// ImportedDigests returns those of the digests that were imported.
	ImportedDigests(ctx context.Context, digests [][]byte) ([][]byte, error)
	// CreateImported stores all or none, and returns provider.ErrConflict when one of the tokens was
	// imported before.
	CreateImported(ctx context.Context, chains []*Chain) error
	// KeepImportedSecret stores a key, or keeps the one with that id until a later time.
	KeepImportedSecret(ctx context.Context, secret ImportedSecret, until time.Time) error
}

// ImportOptions are those of an import of tokens.
type ImportOptions struct {
	// Keys are those by which the other server verifies its tokens.
	Keys   [][]byte
	DryRun bool
	// Client and User tell whether a dry run would have imported a client or a subject before. They may
	// be nil.
	Client, User func(id string) bool
}

// Import imports refresh tokens of another server.
type Import struct {
	store     importStore
	gate      *audit.Gate
	key       macKey
	seal      secretSealer
	clock     provider.Clock
	random    io.Reader
	lifetimes Lifetimes
	actor     audit.Actor
	options   ImportOptions
}

// NewImport begins an import. Key hashes tokens at rest, and seal the keys of the other server.
func NewImport(store importStore, gate *audit.Gate, key macKey, seal secretSealer, clock provider.Clock, random io.Reader, lifetimes Lifetimes, actor audit.Actor, o ImportOptions) *Import {
	return &Import{store, gate, key, seal, clock, random, lifetimes, actor, o}
}

// never is how long it is known of a token without expiry that it was imported.
const never = 100 * 365 * 24 * time.Hour

// Add imports a batch in one administrative act. It returns, for each, nil, ErrPresent or *Unfit.
func (i *Import) Add(ctx context.Context, batch []*Foreign, details map[string]any) (results []error, err error) {
	const tries = 3 // while clients, users or the same tokens are imported concurrently
	for range tries {
		var chains []*Chain
		if results, chains, err = i.check(ctx, batch); err != nil || i.options.DryRun || len(chains) == 0 {
			return results, err
		}
		err = i.gate.Do(ctx, i.actor, audit.TokenImport, audit.Target{Type: audit.Token}, func(ctx context.Context) (audit.Changes, error) {
			return importChanges(chains, details), i.write(ctx, chains)
		})
		if !errors.Is(err, provider.ErrConflict) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("import tokens: %w", err)
	}
	return results, nil
}

func importChanges(chains []*Chain, details map[string]any) audit.Changes {
	values := map[string]any{}
	for name, value := range details {
		values[name] = value
	}
	ids, tokens := make([]string, len(chains)), 0
	for n, c := range chains {
		ids[n] = c.Grant.ID.String()
		tokens += len(c.Tokens)
	}
	values["imported"], values["grant_ids"] = tokens, ids
	return audit.Details(values)
}

func (i *Import) write(ctx context.Context, chains []*Chain) error {
	var until time.Time
	for _, c := range chains {
		for _, t := range c.Tokens {
			if t.RefreshExpiresAt.After(until) {
				until = *t.RefreshExpiresAt
			}
		}
	}
	// A repeated use within Grace and the detection of later ones need the key as well.
	until = until.Add(Grace)
	for _, key := range i.options.Keys {
		id := secretID(key)
		if err := i.store.KeepImportedSecret(ctx, ImportedSecret{ID: id, Sealed: i.seal.SealFor(id[:], key)}, until); err != nil {
			return err
		}
	}
	return i.store.CreateImported(ctx, chains)
}

// secretID is the same for the same key, so that it is stored once. It tells nothing about a key that
// cannot be guessed: half of a digest of a digest.
func secretID(key []byte) (id provider.ID) {
	sum := sha256.Sum256(append([]byte("imported secret\x00"), key...))
	copy(id[:], sum[:])
	return id
}

// known are the clients, users and tokens of a batch that are in the database.
type known struct {
	clients map[string]*client.Client
	users   map[string]*account.User
	digests map[string]bool
}

func (i *Import) check(ctx context.Context, batch []*Foreign) (results []error, fine []*Chain, err error) {
	k, err := i.look(ctx, batch)
	if err != nil {
		return nil, nil, err
	}
	results = make([]error, len(batch))
	now := i.clock.Now(ctx)
	for n, f := range batch {
		var c *Chain
		if c, results[n] = i.chain(now, f, k); c != nil {
			fine = append(fine, c)
		}
	}
	return results, fine, nil
}

func (i *Import) look(ctx context.Context, batch []*Foreign) (known, error) {
	var clients, subjects []string
	var digests [][]byte
	var alike account.Alike
	for _, f := range batch {
		clients, subjects = append(clients, f.ClientID), append(subjects, f.Subject)
		if id, err := provider.ParseID(f.Subject); err == nil { // the id is the subject of older accounts
			alike.IDs = append(alike.IDs, id)
		}
		for _, t := range f.Tokens {
			digests = append(digests, t.Digest)
		}
	}
	slices.Sort(clients)
	slices.Sort(subjects)
	alike.Subjects = slices.Compact(subjects)
	k := known{map[string]*client.Client{}, map[string]*account.User{}, map[string]bool{}}
	found, err := i.store.ClientsByID(ctx, slices.Compact(clients))
	if err != nil {
		return k, fmt.Errorf("look for clients: %w", err)
	}
	for _, c := range found {
		k.clients[c.ID] = c
	}
	users, err := i.store.UsersAlike(ctx, alike)
	if err != nil {
		return k, fmt.Errorf("look for users: %w", err)
	}
	for _, u := range users {
		k.users[u.Subject] = u
	}
	present, err := i.store.ImportedDigests(ctx, digests)
	if err != nil {
		return k, fmt.Errorf("look for imported tokens: %w", err)
	}
	for _, digest := range present {
		k.digests[string(digest)] = true
	}
	return k, nil
}

// chain is what is to be stored of f, or why nothing is.
func (i *Import) chain(now time.Time, f *Foreign, k known) (*Chain, error) {
	tokens := slices.DeleteFunc(slices.Clone(f.Tokens), func(t ForeignToken) bool { return k.digests[string(t.Digest)] })
	if len(tokens) == 0 {
		return nil, ErrPresent
	}
	c, u := k.clients[f.ClientID], k.users[f.Subject]
	dry := func(would func(string) bool, id string) bool { return i.options.DryRun && would != nil && would(id) }
	switch {
	case c == nil && !dry(i.options.Client, f.ClientID):
		return nil, &Unfit{"/client_id", fmt.Sprintf("the client %q is not registered here", f.ClientID)}
	case c != nil && !c.MayUse(client.RefreshToken):
		return nil, &Unfit{"/client_id", fmt.Sprintf("the client %q is not registered for refresh_token here", f.ClientID)}
	case u == nil && !dry(i.options.User, f.Subject):
		return nil, &Unfit{"/sub", "there is no user with that subject here"}
	case slices.ContainsFunc(slices.Concat(f.Scopes, f.Audience), func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n\x00") }):
		return nil, &Unfit{"/scope", "a scope or an audience has a space in it"}
	case c == nil || u == nil:
		return nil, nil //nolint:nilnil // a dry run: it would be imported
	}
	// The absolute lifetime begins with the import: it did not exist at the other server, and nobody is
	// to be signed out by the move.
	ends := now.Add(i.lifetimes.RefreshOf(c))
	chain := &Chain{Grant: Grant{
		ID: provider.NewID(now, i.random), ClientID: c.ID, UserID: u.ID, Subject: u.Subject, Scopes: f.Scopes, Audience: f.Audience,
		AuthTime: f.AuthTime, ACR: f.ACR, AMR: f.AMR, CreatedAt: now, ExpiresAt: &ends,
		Offline: true, // there is no session of this server that it could end with
	}}
	for _, t := range tokens {
		chain.Tokens = append(chain.Tokens, i.token(now, c, &chain.Grant, t))
	}
	return chain, nil
}

// token is an issuance without a valid access token.
func (i *Import) token(now time.Time, c *client.Client, g *Grant, t ForeignToken) ImportedToken {
	until := earlier(now.Add(or(c.RefreshTokenIdle, i.lifetimes.RefreshIdle)), g.ExpiresAt)
	kept := now.Add(never)
	if t.ExpiresAt != nil {
		until, kept = earlier(*t.ExpiresAt, g.ExpiresAt), *t.ExpiresAt
	}
	id := provider.NewID(now, i.random)
	return ImportedToken{
		Token: Token{
			ID: id, GrantID: g.ID, IssuedAt: now, AccessExpiresAt: now,
			AccessHash:  i.key.MAC([]byte("no access token"), id[:]),
			RefreshHash: i.key.MAC([]byte(importedKind), t.Digest), RefreshExpiresAt: &until,
		},
		Digest: t.Digest, KeptUntil: kept,
	}
}

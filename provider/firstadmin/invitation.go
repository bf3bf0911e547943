package firstadmin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// Lifetime is how long an address is worth something.
const Lifetime = 15 * time.Minute

// Path is the page of the address.
const Path = "/first-administrator"

var (
	// ErrEnded: there is an administrator, or there was one.
	ErrEnded = errors.New("this installation has an administrator, or had one")
	// ErrUsers: there are users, so the installation is not new: an address in its log would be of use to others alone.
	ErrUsers = errors.New("this installation has users")
	// ErrOpen: there is an address already, such as that of another server which started at the same time.
	ErrOpen = errors.New("an address is open already")
	// ErrClosed: the address was used, has expired, was replaced by a later one, or never was one.
	ErrClosed = errors.New("firstadmin: the address is worth nothing")
	// ErrUnverified: a passkey that does not verify who uses it signs nobody in by itself.
	ErrUnverified = errors.New("firstadmin: the passkey does not verify its user")
)

// Store keeps the hash of the open address.
type Store interface {
	// OpenFirstAdministrator replaces the open address, or returns provider.ErrConflict where that has ended.
	OpenFirstAdministrator(ctx context.Context, hash []byte, expires time.Time) error
	// OpenFirstAdministratorOnce opens an address where none is open, and there are no users, or returns
	// provider.ErrConflict.
	OpenFirstAdministratorOnce(ctx context.Context, hash []byte, expires, now time.Time) error
	// AnyUser tells whether there are users.
	AnyUser(ctx context.Context) (bool, error)
	// FirstAdministratorOpen returns provider.ErrNotFound for a hash that is not that of the open address.
	FirstAdministratorOpen(ctx context.Context, hash []byte, now time.Time) error
	// UseFirstAdministrator ends it, once, or returns provider.ErrNotFound.
	UseFirstAdministrator(ctx context.Context, hash []byte, now time.Time) error
	// FirstAdministratorEnded tells whether a user was ever an administrator.
	FirstAdministratorEnded(ctx context.Context) (bool, error)
	// InTx runs fn in one transaction.
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// accounts makes users.
type accounts interface {
	Create(ctx context.Context, actor audit.Actor, u *account.User, password string) error
	Prepare(ctx context.Context, password string) context.Context
}

// passkeys makes passkeys.
type passkeys interface {
	Creation(ctx context.Context, u *account.User) (json.RawMessage, passkey.Ceremony, error)
	Create(ctx context.Context, u *account.User, c passkey.Ceremony, response []byte, name string, acting provider.ID) (p *passkey.Passkey, recoveryCodes []string, err error)
}

// Invitation is that of the first administrator.
type Invitation struct {
	store    Store
	gate     *audit.Gate
	accounts accounts
	passkeys passkeys
	issuer   string
	clock    provider.Clock
	random   io.Reader
}

// New makes an Invitation to an installation with a public address.
func New(store Store, gate *audit.Gate, a accounts, p passkeys, issuer string, clock provider.Clock, random io.Reader) *Invitation {
	return &Invitation{store, gate, a, p, issuer, clock, random}
}

// Invite returns an address and until when it is worth something. It replaces an earlier one. It returns ErrEnded.
func (i *Invitation) Invite(ctx context.Context, actor audit.Actor) (address string, expires time.Time, err error) {
	return i.invite(ctx, actor, func(ctx context.Context, hash []byte, expires time.Time) error {
		err := i.store.OpenFirstAdministrator(ctx, hash, expires)
		if errors.Is(err, provider.ErrConflict) {
			return ErrEnded
		}
		return err
	})
}

// InviteOnce is Invite for a server that starts, which writes the address where others may read it: only a new
// installation has one, and of servers that start together one gets it. It returns ErrEnded, ErrUsers or ErrOpen.
func (i *Invitation) InviteOnce(ctx context.Context, actor audit.Actor) (address string, expires time.Time, err error) {
	return i.invite(ctx, actor, func(ctx context.Context, hash []byte, expires time.Time) error {
		err := i.store.OpenFirstAdministratorOnce(ctx, hash, expires, i.clock.Now(ctx))
		if !errors.Is(err, provider.ErrConflict) {
			return err
		}
		ended, err := i.store.FirstAdministratorEnded(ctx)
		if err != nil || ended {
			return errors.Join(err, whenEnded(ended))
		}
		used, err := i.store.AnyUser(ctx)
		switch {
		case err != nil:
			return err
		case used:
			return ErrUsers
		default:
			return ErrOpen
		}
	})
}

func (i *Invitation) invite(ctx context.Context, actor audit.Actor, open func(ctx context.Context, hash []byte, expires time.Time) error) (address string, expires time.Time, err error) {
	// An installation that has ended, as nearly all have, is only read.
	if ended, err := i.store.FirstAdministratorEnded(ctx); err != nil || ended {
		return "", expires, errors.Join(err, whenEnded(ended))
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(i.random, secret); err != nil {
		return "", expires, fmt.Errorf("firstadmin: no randomness: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	expires = i.clock.Now(ctx).Add(Lifetime).Truncate(time.Second)
	err = i.gate.Do(ctx, actor, audit.UserInvite, audit.Target{Type: audit.User}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"roles": []string{account.RoleAdmin}}), open(ctx, hash(token), expires)
	})
	if err != nil {
		return "", expires, err
	}
	return i.issuer + Path + "?" + url.Values{"token": {token}}.Encode(), expires, nil
}

func whenEnded(ended bool) error {
	if ended {
		return ErrEnded
	}
	return nil
}

// hash is what the database keeps of an address: 256 random bits need no slow one.
func hash(token string) []byte {
	sum := sha256.Sum256([]byte("first administrator\x00" + token))
	return sum[:]
}

// Open returns ErrClosed unless the address is worth something. It changes nothing: programs follow links, too.
func (i *Invitation) Open(ctx context.Context, token string) error {
	return closed(i.store.FirstAdministratorOpen(ctx, hash(token), i.clock.Now(ctx)))
}

func closed(err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return ErrClosed
	}
	return err
}

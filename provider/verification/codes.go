package verification

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// The refusals of a code.
var (
	// ErrCode: that is not the code, and it may be tried again.
	ErrCode = errors.New("the code is wrong")
	// ErrClosed: the verification is unknown, used, expired or was tried too often. A new code is needed.
	ErrClosed = errors.New("the code has expired, was used, or was tried too often")
)

// Store keeps verifications.
type Store interface {
	// OpenToNobody counts those of a purpose that are of no user, up to a number.
	OpenToNobody(ctx context.Context, p Purpose, most int) (int, error)
	// RecentVerifications are those of a user whose time is not over, used or not, by id.
	RecentVerifications(ctx context.Context, user provider.ID, p Purpose) ([]*Verification, error)
	// AddVerification stores a verification. One of a registration replaces that of the same address,
	// so that nobody can occupy the address of another person, and one of an invitation as well.
	AddVerification(ctx context.Context, v Verification) error
	// VerificationAt is the registration or the invitation of an address; provider.ErrNotFound: there is none.
	VerificationAt(ctx context.Context, p Purpose, address string) (*Verification, error)
	// Verification returns provider.ErrNotFound.
	Verification(ctx context.Context, id provider.ID) (*Verification, error)
	// TakeTry counts a try, in a transaction of its own; provider.ErrNotFound: it is not open.
	TakeTry(ctx context.Context, id provider.ID, maximum int) (*Verification, error)
	// ReturnTry takes back one that was right.
	ReturnTry(ctx context.Context, id provider.ID) error
	// UseVerification marks it as used; provider.ErrNotFound: it was used or replaced meanwhile.
	UseVerification(ctx context.Context, id provider.ID) error
	// NewestVerification is the one of a user that was opened last; provider.ErrNotFound: none is open.
	NewestVerification(ctx context.Context, user provider.ID, purposes ...Purpose) (*Verification, error)
	// OpenVerifications lists those of a purpose that are open and have an id after one, by id.
	OpenVerifications(ctx context.Context, p Purpose, after provider.ID, limit int) ([]*Verification, error)
	// CloseVerificationsBut closes all that are open for a user, but for those of a purpose that were opened before a
	// time.
	CloseVerificationsBut(ctx context.Context, user provider.ID, kept Purpose, before time.Time) error
}

// key derives codes and seals details.
type key interface {
	CurrentID() byte
	Derive(keyID byte, info []byte, size int) ([]byte, error)
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Codes opens verifications and checks codes.
type Codes struct {
	store  Store
	key    key
	issuer string
	clock  provider.Clock
	random io.Reader
}

// NewCodes makes Codes. Links in messages begin with the issuer and never with what a request says about
// its host (Zitadel CVE-2023-49097).
func NewCodes(store Store, k key, issuer string, clock provider.Clock, random io.Reader) *Codes {
	return &Codes{store: store, key: k, issuer: issuer, clock: clock, random: random}
}

// maxOpenToNobody bounds the verifications that are of no user. The oldest end within a day.
const maxOpenToNobody = 50_000

// NewID is an id for a verification that is opened later.
func (c *Codes) NewID(ctx context.Context) provider.ID {
	return provider.NewID(c.clock.Now(ctx), c.random)
}

// Recent are the verifications of a user whose time is not over, used or not, in the order in which they were
// opened.
func (c *Codes) Recent(ctx context.Context, user provider.ID, p Purpose) ([]*Verification, error) {
	return c.store.RecentVerifications(ctx, user, p)
}

// Open opens a verification and returns it, with a new id unless it has one. Details are for whoever uses it; they are sealed here. It
// returns provider.ErrBusy when too many are open.
func (c *Codes) Open(ctx context.Context, v Verification, details []byte) (*Verification, error) {
	// Anybody can open one without being a user: the database must not be filled that way.
	// Those of users are refused as well, or the refusal would tell who is one.
	n, err := c.store.OpenToNobody(ctx, v.Purpose, maxOpenToNobody)
	if err != nil {
		return nil, fmt.Errorf("verification: %w", err)
	}
	if n >= maxOpenToNobody {
		return nil, fmt.Errorf("verification: %d are open: %w", n, provider.ErrBusy)
	}
	now := c.clock.Now(ctx)
	if v.ID.IsZero() {
		v.ID = c.NewID(ctx)
	}
	v.KeyID, v.CreatedAt, v.ExpiresAt = c.key.CurrentID(), now, now.Add(v.Purpose.Lifetime())
	v.Details = c.key.SealFor(v.ID[:], details)
	if err := c.store.AddVerification(ctx, v); err != nil {
		return nil, fmt.Errorf("verification: %w", err)
	}
	return &v, nil
}

// Find returns an open verification of one of the purposes, or ErrClosed.
func (c *Codes) Find(ctx context.Context, id provider.ID, purposes ...Purpose) (*Verification, error) {
	v, err := c.store.Verification(ctx, id)
	if err != nil {
		return nil, closed(err)
	}
	if !v.open(c.clock.Now(ctx)) || !slices.Contains(purposes, v.Purpose) {
		return nil, ErrClosed
	}
	return v, nil
}

// At returns the open registration or invitation of an address, or ErrClosed.
func (c *Codes) At(ctx context.Context, p Purpose, address string) (*Verification, error) {
	v, err := c.store.VerificationAt(ctx, p, address)
	if err != nil {
		return nil, closed(err)
	}
	if !v.open(c.clock.Now(ctx)) {
		return nil, ErrClosed
	}
	return v, nil
}

// Check counts a try and compares the code. It returns ErrCode or ErrClosed. The caller uses the
// verification (Use) in the transaction of what follows.
func (c *Codes) Check(ctx context.Context, id provider.ID, code string, purposes ...Purpose) (*Verification, error) {
	if _, err := c.Find(ctx, id, purposes...); err != nil {
		return nil, err
	}
	v, err := c.store.TakeTry(ctx, id, MaxTries)
	if err != nil {
		return nil, closed(err)
	}
	want, err := c.code(v)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(want), []byte(plain(code))) != 1 {
		return nil, ErrCode
	}
	return v, c.store.ReturnTry(ctx, id)
}

// Use marks a verification as used. Of any number of concurrent uses one succeeds, the others return
// ErrClosed.
func (c *Codes) Use(ctx context.Context, v *Verification) error {
	return closed(c.store.UseVerification(ctx, v.ID))
}

// Newest returns the verification of a user that was opened last, or ErrClosed.
func (c *Codes) Newest(ctx context.Context, user provider.ID, purposes ...Purpose) (*Verification, error) {
	v, err := c.store.NewestVerification(ctx, user, purposes...)
	return v, closed(err)
}

// List returns the verifications of a purpose that are open and have an id after one, by id: in the order in
// which they were opened.
func (c *Codes) List(ctx context.Context, p Purpose, after provider.ID, limit int) ([]*Verification, error) {
	return c.store.OpenVerifications(ctx, p, after, limit)
}

// CloseUndone closes the verifications that are open for a user whose account goes back to what it was at a time.
// What undoes an earlier change of factors stays open: that was not undone.
func (c *Codes) CloseUndone(ctx context.Context, user provider.ID, since time.Time) error {
	return c.store.CloseVerificationsBut(ctx, user, UndoFactor, since)
}

// Details opens the details of a verification.
func (c *Codes) Details(v *Verification) ([]byte, error) {
	return c.key.OpenFor(v.ID[:], v.Details)
}

// Code returns the code of an open verification and the link that contains it, for the message to its
// address; the link of a second factor is empty. It returns provider.ErrNotFound for one that is not open.
func (c *Codes) Code(ctx context.Context, id provider.ID) (code, link string, err error) {
	v, err := c.store.Verification(ctx, id)
	if err != nil {
		return "", "", err
	}
	if v.UsedAt != nil || !c.clock.Now(ctx).Before(v.ExpiresAt) {
		return "", "", provider.ErrNotFound
	}
	if code, err = c.code(v); err != nil {
		return "", "", err
	}
	if v.Purpose.ofFactor() {
		return code, "", nil
	}
	return code, c.issuer + page(v.Purpose) + "?" + url.Values{"id": {v.ID.String()}, "code": {code}}.Encode(), nil
}

func page(p Purpose) string {
	switch p {
	case Invitation:
		return "/register"
	case Recovery:
		return "/recover"
	case UndoEmail, UndoPhone, UndoFactor:
		return "/undo"
	default:
		return "/verify"
	}
}

// derived is the size of what a code is made from, in bytes.
const derived = 8

// size is the length of a code, which is short enough to be typed, and how many there are. That of a second factor is
// typed at each sign-in.
func (p Purpose) size() (digits int, codes uint64) {
	if p.ofFactor() {
		return 6, 1_000_000
	}
	return 8, 100_000_000
}

func (c *Codes) code(v *Verification) (string, error) {
	info := append([]byte("verification code\x00"), v.ID[:]...)
	info = append(append(info, v.Purpose...), 0)
	material, err := c.key.Derive(v.KeyID, append(info, v.Address...), derived)
	if err != nil {
		return "", fmt.Errorf("verification: %w", err)
	}
	digits, codes := v.Purpose.size()
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint64(material)%codes), nil
}

// plain is a code without what people and programs put between its digits, and with the digits of ASCII: it is
// pasted from messages, and typed on keyboards of other scripts.
func plain(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Cf, unicode.Pd):
			return -1
		case r >= '\u0660' && r <= '\u0669': // Arabic
			return r - '\u0660' + '0'
		case r >= '\u06f0' && r <= '\u06f9': // Persian
			return r - '\u06f0' + '0'
		}
		return r
	}, norm.NFKC.String(code[:min(len(code), 4*maxTyped)]))
}

// maxTyped bounds what is read of a code, in characters.
const maxTyped = 64

func closed(err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return ErrClosed
	}
	return err
}

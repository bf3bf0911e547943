package chain

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Verification is the result of a verification. It is kept beside the log and not in it: a record would change what is
// verified, and wait to be sealed where no server runs.
type Verification struct {
	ID    provider.ID
	At    time.Time
	Actor audit.Actor // its kind, id and host
	// Whole: all records were verified that there are, else those since a verification before.
	Whole          bool
	Records, First int64
	// Reached is the value up to which everything is as it was sealed.
	Reached Link
	// Fault is the first thing that is wrong; nil: nothing is.
	Fault *Fault
	// MAC proves that a server wrote it.
	MAC []byte
}

// verificationStore stores results.
type verificationStore interface {
	// AddLogVerification keeps the last hundred.
	AddLogVerification(ctx context.Context, v Verification) error
	// LastLogVerification is the last result, or the last one without a fault. It returns provider.ErrNotFound.
	LastLogVerification(ctx context.Context, intact bool) (Verification, error)
}

// Verifications keeps the results of verifications.
type Verifications struct {
	store  verificationStore
	keys   *Keys
	clock  provider.Clock
	random io.Reader
}

// NewVerifications makes Verifications.
func NewVerifications(store verificationStore, keys *Keys, clock provider.Clock, random io.Reader) *Verifications {
	return &Verifications{store, keys, clock, random}
}

// Keep keeps a result; fault may be nil. Of a database that has no key, in which nothing was ever recorded, there is
// none.
func (v *Verifications) Keep(ctx context.Context, actor audit.Actor, r Report, fault *Fault) error {
	list, err := v.keys.all(ctx)
	if err != nil && !errors.Is(err, ErrTampered) {
		return err
	}
	if err == nil && len(list) == 0 {
		return nil
	}
	now := v.clock.Now(ctx)
	kept := Verification{
		ID: provider.NewID(now, v.random), At: now, Actor: audit.Actor{Kind: actor.Kind, ID: actor.ID, Host: actor.Host},
		Whole: r.Whole, Records: r.Records, First: r.First, Reached: r.Reached, Fault: fault,
	}
	if err == nil { // else a key was replaced, which is the fault
		if kept.MAC, err = kept.mac(list[len(list)-1]); err != nil {
			return err
		}
	}
	return v.store.AddLogVerification(ctx, kept)
}

// Last is the last result; nil: there is none. One that no server wrote is a Fault.
func (v *Verifications) Last(ctx context.Context) (*Verification, error) {
	last, err := v.store.LastLogVerification(ctx, false)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, err
	}
	if last.Fault == nil {
		if known, err := v.proved(ctx, &last); err != nil {
			return nil, err
		} else if !known {
			last.Fault = &Fault{Kind: Invented}
		}
	}
	return &last, nil
}

// reached is up to where everything was found as it was sealed; zero: nowhere yet.
func (v *Verifications) reached(ctx context.Context) (Link, error) {
	last, err := v.store.LastLogVerification(ctx, true)
	if errors.Is(err, provider.ErrNotFound) {
		return Link{}, nil
	}
	if err != nil {
		return Link{}, err
	}
	known, err := v.proved(ctx, &last)
	if err != nil || !known {
		return Link{}, err
	}
	return last.Reached, nil
}

// proved tells whether a server wrote the result.
func (v *Verifications) proved(ctx context.Context, of *Verification) (bool, error) {
	list, err := v.keys.all(ctx)
	if err != nil {
		if errors.Is(err, ErrTampered) {
			return false, nil
		}
		return false, err
	}
	for _, k := range list {
		mac, err := of.mac(k)
		if err != nil {
			return false, err
		}
		if hmac.Equal(of.MAC, mac) {
			return true, nil
		}
	}
	return false, nil
}

// mac is the HMAC-SHA-256 of the result.
func (v *Verification) mac(k *key) ([]byte, error) {
	fault, err := json.Marshal(v.Fault)
	if err != nil {
		return nil, fmt.Errorf("chain: result of a verification: %w", err)
	}
	h := hmac.New(sha256.New, k.records)
	write(h, []byte("gatehouse audit verification v1"))
	write(h, v.ID[:])
	number(h, v.At.UnixMicro())
	for _, text := range []string{string(v.Actor.Kind), v.Actor.ID, v.Actor.Host, fmt.Sprint(v.Whole), string(fault)} {
		write(h, []byte(text))
	}
	number(h, v.Records)
	number(h, v.First)
	number(h, v.Reached.Sequence)
	write(h, v.Reached.Hash)
	return h.Sum(nil), nil
}

package chain

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// appender stores records.
type appender interface {
	AppendRecord(ctx context.Context, r audit.Record) error
}

// Authenticator gives each record a MAC before it is stored. The hash of the chain has no key, and it
// is made after the record was stored: without the MAC a row that somebody inserts into the database
// would be sealed like all others, as would all rows whose places in the chain were removed with the
// checkpoints.
type Authenticator struct {
	next appender
	key  *key
}

// NewAuthenticator makes an Authenticator that passes records on without a MAC before it is started.
func NewAuthenticator(next appender) *Authenticator { return &Authenticator{next: next} }

// Start reads the key, and makes it in a new database. It returns a *Fault when the key does not open.
// It must not run beside AppendRecord.
func (a *Authenticator) Start(ctx context.Context, keys *Keys) error {
	k, err := keys.signer(ctx)
	a.key = k
	return err
}

// AppendRecord stores a record with its MAC.
func (a *Authenticator) AppendRecord(ctx context.Context, r audit.Record) error {
	if a.key != nil {
		changes, err := json.Marshal(r.Changes)
		if err != nil {
			return fmt.Errorf("chain: changes of %s: %w", r.Action, err)
		}
		e := Entry{Record: r, Changes: string(changes)}
		r.MAC = e.mac(a.key)
	}
	return a.next.AppendRecord(ctx, r)
}

// mac is the HMAC-SHA-256 of the columns.
func (e *Entry) mac(k *key) []byte {
	h := hmac.New(sha256.New, k.records)
	e.columns(h)
	return h.Sum(nil)
}

// authentic tells whether the MAC was made with one of the keys.
func (e *Entry) authentic(list []*key) bool {
	for _, k := range list {
		if hmac.Equal(e.Record.MAC, e.mac(k)) {
			return true
		}
	}
	return false
}

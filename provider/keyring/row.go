package keyring

import (
	"context"
	"time"
)

// Row is one data key as storage keeps it.
type Row struct {
	Purpose Purpose
	KeyID   byte
	// Sealed is the data key under the sealing key of a secret.
	Sealed []byte
	// SealedBy is the Fingerprint of that secret.
	SealedBy string
	// ActiveFrom is when new values begin to be made with it.
	ActiveFrom time.Time
}

// Store keeps the data keys. There are few of them and no secret in them.
type Store interface {
	DataKeys(ctx context.Context) ([]Row, error)
	// AddDataKey returns provider.ErrConflict when the purpose has a key with that id:
	// another replica was first, and its key is the one that counts.
	AddDataKey(ctx context.Context, row Row) error
	// ResealDataKey replaces Sealed and SealedBy of the row with that purpose and key
	// id, but only while it is still sealed by previousSealedBy. It returns nil when it
	// no longer is: another replica did the same.
	ResealDataKey(ctx context.Context, row Row, previousSealedBy string) error
	// ChangeDataKeys adds and removes, all or nothing, and lets every process know. It
	// returns provider.ErrConflict when one that is to be added is there.
	ChangeDataKeys(ctx context.Context, add, remove []Row) error
}

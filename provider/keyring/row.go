package keyring

import (
	"context"
	"time"
)

// Row is a stored data key.
type Row struct {
	Purpose Purpose
	KeyID   byte
	// Sealed is the data key, sealed with the key derived from a secret.
	Sealed []byte
	// SealedBy is the Fingerprint of that secret.
	SealedBy string
	// ActiveFrom is when it begins to make new values.
	ActiveFrom time.Time
}

// Store stores the data keys. There are few of them, and all are sealed.
type Store interface {
	DataKeys(ctx context.Context) ([]Row, error)
	// AddDataKey returns provider.ErrConflict when the purpose has a key with that id: another
	// replica was first, and its key is the one to use.
	AddDataKey(ctx context.Context, row Row) error
	// ResealDataKey replaces Sealed and SealedBy of the row with that purpose and key id, but only
	// while it is still sealed by previousSealedBy. It returns nil when it no longer is: another
	// replica did the same.
	ResealDataKey(ctx context.Context, row Row, previousSealedBy string) error
	// ChangeDataKeys adds and removes all or nothing, and raises the version that every process
	// polls. It returns provider.ErrConflict when one that is to be added exists.
	ChangeDataKeys(ctx context.Context, add, remove []Row) error
}

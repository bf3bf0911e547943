package factor

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Sealed is a sealed secret or hash, and the id that it is sealed for.
type Sealed struct {
	ID    provider.ID
	Value []byte
}

// sealedStore finds what older data keys have sealed.
type sealedStore interface {
	// TOTPsSealedBefore lists secrets that a data key with a lower id has sealed.
	TOTPsSealedBefore(ctx context.Context, keyID byte, limit int) ([]Sealed, error)
	// ResealTOTP replaces the sealed form while it still is what the caller read.
	ResealTOTP(ctx context.Context, user provider.ID, before, after []byte) error
	// RecoveryCodesSealedBefore and ResealRecoveryCode are the same for recovery codes that are not used.
	RecoveryCodesSealedBefore(ctx context.Context, keyID byte, limit int) ([]Sealed, error)
	ResealRecoveryCode(ctx context.Context, id provider.ID, before, after []byte) error
}

// resealer is a sealer that knows which of its data keys is in use.
type resealer interface {
	sealer
	CurrentID() byte
}

// resealBatch is how many are read at once.
const resealBatch = 500

// Reseal seals the secrets and hashes again that an older data key sealed, so that a leaked old key opens
// nothing that is stored from now on. It returns their number.
func Reseal(ctx context.Context, store sealedStore, seal resealer) (int, error) {
	secrets, err := resealAll(ctx, seal, store.TOTPsSealedBefore, store.ResealTOTP)
	if err != nil {
		return secrets, err
	}
	hashes, err := resealAll(ctx, seal, store.RecoveryCodesSealedBefore, store.ResealRecoveryCode)
	return secrets + hashes, err
}

func resealAll(ctx context.Context, seal resealer, list func(context.Context, byte, int) ([]Sealed, error), replace func(context.Context, provider.ID, []byte, []byte) error) (n int, err error) {
	for {
		batch, err := list(ctx, seal.CurrentID(), resealBatch)
		if err != nil {
			return n, fmt.Errorf("factor: read what older keys sealed: %w", err)
		}
		for _, s := range batch {
			plain, err := seal.OpenFor(s.ID[:], s.Value)
			if err != nil {
				return n, fmt.Errorf("factor: sealed for %s: %w", s.ID, err)
			}
			if err := replace(ctx, s.ID, s.Value, seal.SealFor(s.ID[:], plain)); err != nil {
				return n, fmt.Errorf("factor: seal for %s again: %w", s.ID, err)
			}
			n++
		}
		if len(batch) < resealBatch {
			return n, nil
		}
	}
}

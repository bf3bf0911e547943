package factor

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

const (
	// recoveryCodes is how many a user gets.
	recoveryCodes = 10
	// recoverySize is the length of one in characters of 5 bits each: with 50 bits none of ten is guessed
	// in the attempts that there are.
	recoverySize = 10
	// crockford are digits and letters without I, L, O and U, which look like others.
	crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// newRecoveryCode is a code without the dash.
func newRecoveryCode(random io.Reader) (string, error) {
	code := make([]byte, recoverySize)
	if _, err := io.ReadFull(random, code); err != nil {
		return "", fmt.Errorf("factor: no randomness: %w", err)
	}
	for i, b := range code {
		code[i] = crockford[b%byte(len(crockford))] // 256 is a multiple of 32
	}
	return string(code), nil
}

// written is a code as a person gets it.
func written(code string) string { return code[:recoverySize/2] + "-" + code[recoverySize/2:] }

// typedRecovery is a recovery code as it was typed, without what does not matter; empty: it cannot be one.
func typedRecovery(code string) string {
	code = strings.NewReplacer("-", "", "O", "0", "I", "1", "L", "1").Replace(strings.Map(upper, strings.Join(strings.Fields(code), "")))
	if len(code) != recoverySize || strings.Trim(code, crockford) != "" {
		return ""
	}
	return code
}

// upper is for letters of the alphabet alone: others have capitals in it.
func upper(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

// sealCode seals the hash of a code for its row.
func (r *Registry) sealCode(id provider.ID, code string) []byte {
	hash := sha256.Sum256([]byte(code))
	return r.seal.SealFor(id[:], hash[:])
}

// newRecoveryCodes makes and stores the codes of a user, in the place of those before.
func (r *Registry) newRecoveryCodes(ctx context.Context, user provider.ID) ([]string, error) {
	now := r.clock.Real() // as for the factor itself
	codes, stored := make([]string, recoveryCodes), make([]StoredCode, recoveryCodes)
	for i := range codes {
		code, err := newRecoveryCode(r.random)
		if err != nil {
			return nil, err
		}
		id := provider.NewID(now, r.random)
		codes[i], stored[i] = written(code), StoredCode{ID: id, Sealed: r.sealCode(id, code), CreatedAt: now}
	}
	if err := r.store.ReplaceRecoveryCodes(ctx, user, stored); err != nil {
		return nil, fmt.Errorf("factor: store recovery codes: %w", err)
	}
	return codes, nil
}

// find is the unused code among some that this is; the zero id: none. It compares with all of them, so that
// the time does not tell which.
func (r *Registry) find(stored []StoredCode, code string) (id provider.ID, err error) {
	hash := sha256.Sum256([]byte(code))
	for _, one := range stored {
		if one.UsedAt != nil {
			continue
		}
		is, err := r.seal.OpenFor(one.ID[:], one.Sealed)
		if err != nil {
			return id, fmt.Errorf("factor: recovery code %s: %w", one.ID, err)
		}
		if subtle.ConstantTimeCompare(is, hash[:]) == 1 {
			id = one.ID
		}
	}
	return id, nil
}

func unused(stored []StoredCode) (n int) {
	for _, one := range stored {
		if one.UsedAt == nil {
			n++
		}
	}
	return n
}

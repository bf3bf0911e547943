package keyring

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// MinSecret is the minimum length of a secret in bytes.
const MinSecret = 32

var (
	// ErrShortSecret: a secret has fewer than MinSecret bytes.
	ErrShortSecret = fmt.Errorf("secret is shorter than %d bytes", MinSecret)
	// ErrWrongSecret: a data key was sealed by a secret that is not among those given.
	ErrWrongSecret = errors.New("secret does not open the keyring")
	// ErrDamaged: a data key does not open with the secret that sealed it. The row was altered or
	// truncated; restoring it from a backup helps, another secret does not.
	ErrDamaged = errors.New("data key is damaged")
)

// Secrets open a keyring: the current one and the previous ones.
type Secrets struct {
	Current  []byte
	Previous [][]byte
}

// String hides the secrets from logs and errors.
func (s Secrets) String() string { return fmt.Sprintf("1 secret and %d previous", len(s.Previous)) }

// GoString hides the secrets from %#v as String does from %v.
func (s Secrets) GoString() string { return s.String() }

// openRow returns the data key in row, ErrWrongSecret or ErrDamaged.
func openRow(masters []master, row Row) ([]byte, error) {
	given := make([]string, 0, len(masters))
	for _, m := range masters {
		if m.fingerprint == row.SealedBy {
			dataKey, err := m.open(row)
			if err != nil || len(dataKey) != keySize {
				return nil, fmt.Errorf("%w: key %d for %s", ErrDamaged, row.KeyID, row.Purpose)
			}
			return dataKey, nil
		}
		given = append(given, m.fingerprint)
	}
	return nil, fmt.Errorf("%w: key %d for %s was sealed by the secret with fingerprint %s, given were %s",
		ErrWrongSecret, row.KeyID, row.Purpose, row.SealedBy, strings.Join(given, ", "))
}

// sealRow returns the row with dataKey in it, sealed by the current secret.
func sealRow(masters []master, row Row, dataKey []byte, random io.Reader) Row {
	row.Sealed, row.SealedBy = masters[0].seal(random, row, dataKey), masters[0].fingerprint
	return row
}

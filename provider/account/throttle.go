package account

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Attempt is one attempt to sign in.
type Attempt struct {
	Login, Password string
	// Prefix is the IP address prefix of the request, as limits count addresses.
	Prefix string
	// Devices are the accounts that this browser has signed in to before.
	Devices []Device
	// ClientID is the client that signs the user in, or has the browser do so; empty: none.
	ClientID string
	// Begun is the registration that was begun in this browser; zero: none.
	Begun provider.ID
}

// Device is a browser that has signed in to an account. ID is random and different for each
// account.
type Device struct {
	UserID provider.ID
	ID     string
}

// device is the id of the attempt's browser for this user; empty when the browser is unknown.
func (a Attempt) device(userID provider.ID) string {
	for _, d := range a.Devices {
		if d.UserID == userID {
			return d.ID
		}
	}
	return ""
}

// Try is what password attempts are counted by: the account under any of its names, the address
// prefix, and, where the browser has signed in to the account before, the device. A device is
// counted instead of the others: an attacker who tries passwords from a thousand addresses must
// not lock out the account's owner.
type Try struct {
	Account, Prefix, Device string
	// Recovery: it is a recovery code that is tried, which has limits of its own.
	Recovery bool
}

// Throttle limits sign-in attempts.
type Throttle interface {
	// Take counts an attempt before it is made: counting afterwards would allow a hundred
	// parallel attempts before the first has failed (Zitadel CVE-2023-47111). It returns
	// *Throttled, and then counts nothing.
	Take(ctx context.Context, t Try) error
	// Return gives back an attempt that succeeded.
	Return(ctx context.Context, t Try)
}

// Throttled: too many attempts failed.
type Throttled struct {
	// RetryAfter is how long to wait.
	RetryAfter time.Duration
	// Account: those at the account were too many, wherever they came from.
	Account bool
}

// Error says how long to wait.
func (t *Throttled) Error() string {
	return fmt.Sprintf("too many failed sign-ins; try again in %s", t.RetryAfter.Round(time.Second))
}

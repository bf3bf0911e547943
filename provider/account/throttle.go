package account

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Attempt is one try to sign in.
type Attempt struct {
	Login, Password string
	// Prefix is the address that it comes from, as limits count addresses.
	Prefix string
	// Devices are the accounts that this browser has signed in to before.
	Devices []Device
}

// Device is a browser that has signed in to an account. ID is a random one, other for each
// account.
type Device struct {
	UserID provider.ID
	ID     string
}

// device is the attempt's browser as the user knows it; empty, it is a strange one.
func (a Attempt) device(userID provider.ID) string {
	for _, d := range a.Devices {
		if d.UserID == userID {
			return d.ID
		}
	}
	return ""
}

// Try is what the tries at passwords are counted by: the account however it was named, the
// address, and, where the browser has signed in to the account before, the device. A device
// is counted instead of the others: an attacker who hammers an account from a thousand
// addresses must not lock its person out.
type Try struct{ Account, Prefix, Device string }

// Throttle limits how often somebody may try.
type Throttle interface {
	// Take counts a try before it is made: counting afterwards lets a hundred parallel tries
	// through while none has failed yet (Zitadel CVE-2023-47111). It returns *Throttled, and
	// then has counted nothing.
	Take(ctx context.Context, t Try) error
	// Return gives a try back that turned out to be right.
	Return(ctx context.Context, t Try)
}

// Throttled: too many tries failed. RetryAfter is how long to wait.
type Throttled struct{ RetryAfter time.Duration }

// Error says how long to wait.
func (t *Throttled) Error() string {
	return fmt.Sprintf("too many failed sign-ins; try again in %s", t.RetryAfter.Round(time.Second))
}

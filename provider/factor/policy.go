package factor

import (
	"errors"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// Policy is which users must have a second factor. The zero value demands none: who has set one up is asked
// for it all the same.
type Policy struct {
	// Everyone must have one, or who has one of the roles.
	Everyone bool
	Roles    []string
	// Grace is how long a user may sign in without one, from the first sign-in at which it is demanded; 0:
	// not at all.
	Grace time.Duration
	// Remember is how long a browser in which the factor was given need not give it again; 0: always.
	Remember time.Duration
}

// Demand is what a user has to do, who has given methods of authentication, before there is a session.
type Demand int

// The demands.
const (
	Nothing   Demand = iota
	Remind           // set a factor up some time, or later on
	Prove            // give a second factor
	MustSetUp        // set a factor up now
)

// These say what is missing for a session.
var (
	ErrProve = errors.New("a second factor of the user is needed")
	ErrSetUp = errors.New("the user has to set up a second factor")
)

// Of is what a user has to do who has given the methods (RFC 8176, and session.Remembered).
func (p Policy) Of(u *account.User, methods []string, now time.Time) Demand {
	switch {
	case acr.IsSecond(methods):
		return Nothing
	case len(u.Factors) > 0 && p.Remember > 0 && slices.Contains(methods, session.Remembered):
		return Nothing
	case len(u.Factors) > 0:
		return Prove
	case !p.demanded(u):
		return Nothing
	case u.FactorsDueAt == nil && p.Grace > 0, u.FactorsDueAt != nil && now.Before(*u.FactorsDueAt):
		return Remind
	default:
		return MustSetUp
	}
}

func (p Policy) demanded(u *account.User) bool {
	return p.Everyone || slices.ContainsFunc(p.Roles, func(role string) bool { return slices.Contains(u.Roles, role) })
}

// MayChange tells whether a user who has given the methods may change how the account is protected: it takes the
// strongest of what protects it now, or a recovery code. Who has phished the code of an app must not get a passkey by
// that, nor take one away.
func MayChange(u *account.User, methods []string) bool {
	return acr.Satisfies(acr.Of(methods), Class(u)) || slices.Contains(methods, session.Recovered)
}

// Class is the strongest class that a user can reach with the factors that are set up.
func Class(u *account.User) string {
	switch {
	case slices.Contains(u.Factors, HardwareKey):
		return acr.HardwareProtected
	case slices.Contains(u.Factors, Passkey):
		return acr.PhishingResistant
	case slices.Contains(u.Factors, TOTP), slices.Contains(u.Factors, Mail):
		return acr.TwoFactors
	default:
		return acr.Password
	}
}

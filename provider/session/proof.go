package session

import (
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/acr"
)

// Password is the method of who gave the password (RFC 8176 section 2).
const Password = acr.MethodPassword

// Remembered stands for a second factor that was given in the same browser before. It is no
// authentication method, so applications do not see it, and it reaches no class.
const Remembered = "remembered"

// Recovered stands for a recovery code. It is no authentication method of its own (RFC 8176 has otp for it), but
// unlike the code of an app it lets its user replace what was lost.
const Recovered = "recovered"

// Proofs are how the user of a session authenticated.
type Proofs struct {
	// At is when the user last gave all that a sign-in takes. A second factor that is given later on does
	// not change it: who has the device of the factor alone has not signed in.
	At time.Time
	// Methods are authentication methods (RFC 8176 section 2), Remembered and Recovered.
	Methods []string
}

// ProvedAt are proofs that were all given at the same time.
func ProvedAt(at time.Time, methods ...string) Proofs {
	return Proofs{At: at, Methods: methods}
}

// AuthTime is when the user authenticated (OpenID Connect Core section 2, auth_time).
func (p Proofs) AuthTime() time.Time { return p.At }

// AMR are the methods of the proofs (OpenID Connect Core section 2).
func (p Proofs) AMR() []string {
	return slices.DeleteFunc(slices.Clone(p.Methods), func(method string) bool { return method == Remembered || method == Recovered })
}

// ACR is the authentication context class of the proofs (OpenID Connect Core section 2); empty: there is
// no proof.
func (p Proofs) ACR() string { return acr.Of(p.Methods) }

// and are the proofs with those that a signed-in user gives later on. A whole sign-in, of several factors
// by itself, counts as one.
func (p Proofs) and(now time.Time, methods []string) Proofs {
	all := Proofs{At: p.At, Methods: acr.Together(p.AMR(), methods)}
	if slices.Contains(methods, acr.MethodMultiple) {
		all.At = now
	}
	return all
}

package session

import "time"

// Authentication methods, as amr values (RFC 8176 section 2).
const Password = "pwd"

// Proof is one authentication of a user.
type Proof struct {
	Method string
	At     time.Time
}

// Proofs are the authentications of one session.
type Proofs []Proof

// ProvedAt are proofs that were all given at the same time.
func ProvedAt(at time.Time, methods ...string) Proofs {
	proofs := make(Proofs, len(methods))
	for i, m := range methods {
		proofs[i] = Proof{m, at}
	}
	return proofs
}

// AuthTime is when the user last authenticated (OpenID Connect Core section 2, auth_time).
func (p Proofs) AuthTime() (latest time.Time) {
	for _, proof := range p {
		if proof.At.After(latest) {
			latest = proof.At
		}
	}
	return latest
}

// AMR are the methods of the proofs (OpenID Connect Core section 2).
func (p Proofs) AMR() []string {
	methods := make([]string, len(p))
	for i, proof := range p {
		methods[i] = proof.Method
	}
	return methods
}

// ACR is the authentication context class of the proofs (OpenID Connect Core section 2), one of
// ACRs: 1 is a password only. Empty: there is no proof.
func (p Proofs) ACR() string {
	for _, proof := range p {
		if proof.Method == Password {
			return acrPassword
		}
	}
	return ""
}

const acrPassword = "1"

// ACRs are the classes that a sign-in can have.
func ACRs() []string { return []string{acrPassword} }

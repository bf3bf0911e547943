package session

import "time"

// FreshFor is how long a proof lets a user change what the account is recovered by: later a browser that was left
// open must not take the account.
const FreshFor = 5 * time.Minute

// Fresh tells whether the user of a session authenticated at most FreshFor ago. A proof of the future is none: a
// clock that was set back must not make it last longer.
func Fresh(s *Session, now time.Time) bool { return ProvedWithin(s, FreshFor, now) }

// ProvedWithin is Fresh with another window.
func ProvedWithin(s *Session, window time.Duration, now time.Time) bool {
	age := now.Sub(s.Proofs.AuthTime())
	return age >= 0 && age <= window
}

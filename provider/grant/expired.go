package grant

import "time"

// Expired is a refusal because of an expiry, with the expiry and the time of the check.
type Expired struct {
	// Err is the refusal.
	Err     error
	At, Now time.Time
}

// Error is that of the refusal.
func (e *Expired) Error() string { return e.Err.Error() }

// Unwrap returns the refusal.
func (e *Expired) Unwrap() error { return e.Err }

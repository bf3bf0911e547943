package grant

import "time"

// Expired tells until when something was good, and the clock that judged it.
type Expired struct {
	// Err is what is refused.
	Err     error
	At, Now time.Time
}

// Error is that of what is refused.
func (e *Expired) Error() string { return e.Err.Error() }

// Unwrap gives what is refused.
func (e *Expired) Unwrap() error { return e.Err }

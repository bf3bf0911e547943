package provider

import "errors"

// What storage answers with. Adapters translate their driver's codes into these
// and wrap the cause, so callers need errors.Is and nothing else.
var (
	// ErrNotFound: no such row, or none that the caller may see.
	ErrNotFound = errors.New("not found")
	// ErrConflict: a row with that identifier, or another unique value of it, exists.
	ErrConflict = errors.New("already exists")
	// ErrStale: what was verified about a user before is not so any more: the password was
	// changed, the user was disabled, or the session was ended meanwhile. Nothing was stored.
	ErrStale = errors.New("what was verified before has changed")
	// ErrUnavailable: the database did not answer, or did not carry the statement
	// out. Nothing may be concluded about the data; the client is told to come back.
	ErrUnavailable = errors.New("storage unavailable")
	// ErrBusy: so much of the kind waits already that waiting would not help. The caller may
	// come back.
	ErrBusy = errors.New("too many requests of this kind at once")
)

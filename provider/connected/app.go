package connected

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// App is an application that has access to the account of a user.
type App struct {
	ClientID, Name string
	// LogoURI is where the client says its logo is; empty: it has none.
	LogoURI string
	// InitiateLoginURI is where a sign-in to it begins when somebody else leads a browser there; empty: nowhere.
	InitiateLoginURI string
	// Unverified: it registered itself, and nobody has checked that it is what it is called. Hosts are then those that
	// are known of it: that of its metadata document, or else those that its responses go to.
	Unverified bool
	Hosts      []string
	// Sector is that of the pairwise subject by which it knows the user; empty: it knows the public one.
	Sector string
	// Scopes are those of everything that lives, sorted.
	Scopes []string
	// Since is when the oldest of it began.
	Since time.Time
	// UsedAt is the last sign-in or refresh that is known of.
	UsedAt time.Time
	// SignIns counts the sign-ins to it, and Refreshes how often it renewed its access by itself.
	SignIns, Refreshes int64
	// Address is the one of the last sign-in, in full; empty: not known.
	Address string
}

// Filter selects what is connected: the applications of a user, or one of them.
type Filter struct {
	UserID provider.ID
	// ClientID is empty for all.
	ClientID string
	// Now tells which grants live.
	Now time.Time
}

package consent

import (
	"slices"
	"time"
)

// Standing is where a user stands with a client.
type Standing struct {
	// MayUse is false when the client is for other users only.
	MayUse bool
	// Remembered are the scopes that the user agreed to and wanted remembered.
	Remembered []string
}

// Covers tells whether everything asked for was agreed to before.
func (s Standing) Covers(scopes []string) bool {
	return !slices.ContainsFunc(scopes, func(scope string) bool { return !slices.Contains(s.Remembered, scope) })
}

// Remembered is what a user agreed to for a client, for as long as the user does not
// withdraw it.
type Remembered struct {
	ClientID, ClientName string
	Scopes               []string
	UpdatedAt            time.Time
}

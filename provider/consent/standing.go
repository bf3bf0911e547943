package consent

import "slices"

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

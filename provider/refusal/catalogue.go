package refusal

import (
	"maps"
	"slices"
	"time"
)

// Entry says what a check means. Explanation and Hint are public; Fix is for the
// operator and may name commands.
type Entry struct {
	Title       string
	Explanation string
	Hint        string
	Fix         string
}

// Limits are the settings of the server that explanations name.
type Limits struct {
	// Code is how long an authorization code can be exchanged.
	Code time.Duration
	// RefreshIdle is how long a refresh token can be unused, and Refresh how long a grant can be
	// refreshed altogether.
	RefreshIdle, Refresh time.Duration
}

// Catalogue explains every check.
type Catalogue struct {
	entries map[Check]Entry
}

// NewCatalogue returns the catalogue of a server with these settings.
func NewCatalogue(limits Limits) *Catalogue {
	c := &Catalogue{map[Check]Entry{}}
	for _, subject := range []map[Check]Entry{
		requestEntries(), serverEntries(), clientEntries(), assertionEntries(), scopeEntries(), authorizeEntries(), requestObjectEntries(), pageEntries(),
		codeEntries(limits), refreshEntries(limits), tokenEntries(), managementEntries(), accountEntries(), registrationEntries(),
	} {
		maps.Copy(c.entries, subject)
	}
	return c
}

// Explain returns the entry of a check; for an unknown one, of a newer version, that of an internal
// fault.
func (c *Catalogue) Explain(check Check) Entry {
	if e, ok := c.entries[check]; ok {
		return e
	}
	return c.entries[CheckInternal]
}

// Checks lists every check that has an entry, sorted by name.
func (c *Catalogue) Checks() []Check { return slices.Sorted(maps.Keys(c.entries)) }

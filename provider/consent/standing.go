package consent

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Standing is the relation of a user to a client.
type Standing struct {
	// MayUse is false when the client is for other users only.
	MayUse bool
	// Remembered is what the user agreed to and wanted remembered.
	Remembered Remembered
	// Version is the stored form of Remembered, by which Remember finds out whether it has changed.
	Version string
}

// Covers tells whether everything requested was agreed to before.
func (s Standing) Covers(asked Agreement) bool { return s.Remembered.Covers(asked) }

// ClientConsent is what a user agreed to for one client, until the user withdraws it.
type ClientConsent struct {
	Remembered

	UserID               provider.ID
	Username             string
	ClientID, ClientName string
	UpdatedAt            time.Time
}

// Scopes are those of all agreements together.
func (c ClientConsent) Scopes() []string {
	var all []string
	for _, a := range c.Agreements() {
		all = union(all, a.Scopes)
	}
	return all
}

package consent

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ID names the consent of a user for a client. It is made of both, so that it stays the same when the
// user withdraws the consent and gives it again.
func ID(userID provider.ID, clientID string) string {
	return base64.RawURLEncoding.EncodeToString(append(userID[:], clientID...))
}

// ParseID reads an ID. It returns provider.ErrNotFound for a text that is none.
func ParseID(text string) (userID provider.ID, clientID string, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) <= len(userID) || !utf8.Valid(raw[len(userID):]) || bytes.IndexByte(raw[len(userID):], 0) >= 0 {
		return userID, "", provider.ErrNotFound
	}
	copy(userID[:], raw)
	return userID, string(raw[len(userID):]), nil
}

// Target is a consent as the target of an act.
func Target(userID provider.ID, clientID string) audit.Target {
	return audit.Target{Type: audit.Consent, ID: ID(userID, clientID), ClientID: clientID, UserID: userID.String()}
}

// Changes are what is agreed to, for the record of an act.
func (a Agreement) Changes() audit.Changes {
	changes := audit.Changes{}
	for name, list := range map[string][]string{"scopes": a.Scopes, "claims": a.Claims, "audience": a.Audience} {
		if len(list) > 0 {
			changes[name] = audit.Change{After: list}
		}
	}
	return changes
}

package passkey

import (
	"encoding/json"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
)

// accepted is AllAcceptedCredentialsOptions (WebAuthn Level 3 section 5.1.10).
type accepted struct {
	RelyingPartyID string                      `json:"rpId"`
	Handle         protocol.URLEncodedBase64   `json:"userId"`
	Credentials    []protocol.URLEncodedBase64 `json:"allAcceptedCredentialIds"`
}

// Accepted tells the browser which passkeys of a user there are, so that whoever keeps others for the user does not offer
// them any more: a list of AllAcceptedCredentialsOptions, one for each handle. It is for pages of that user alone.
func (r *Registry) Accepted(passkeys []*Passkey) (json.RawMessage, error) {
	list := []accepted{}
	for _, p := range passkeys {
		i := slices.IndexFunc(list, func(a accepted) bool { return slices.Equal(a.Handle, p.Handle) })
		if i < 0 {
			i, list = len(list), append(list, accepted{RelyingPartyID: r.relyingParty, Handle: p.Handle})
		}
		list[i].Credentials = append(list[i].Credentials, p.CredentialID)
	}
	return json.Marshal(list)
}

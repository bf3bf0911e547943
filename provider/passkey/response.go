package passkey

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
)

// maxResponse bounds a response in JSON, in bytes. The largest parts of one are the certificates of an
// attestation.
const maxResponse = 64 << 10

// withoutExtensions is a response without the results of extensions: none is asked for, and those that browsers and
// password managers add on their own are ignored, in whatever form (WebAuthn sections 7.1 and 7.2).
func withoutExtensions(response []byte) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(response, &members); err != nil {
		return nil, err
	}
	// Members are read without regard to case.
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return strings.EqualFold(name, "clientExtensionResults") })
	return json.Marshal(members)
}

// verifyClient checks what the browser says of the page (WebAuthn sections 7.1 and 7.2, steps on C). Token binding
// is not looked at: no browser has it, and Level 3 removed it.
func (r *Registry) verifyClient(client protocol.CollectedClientData, kind protocol.CeremonyType, c Ceremony) error {
	switch {
	case client.Type != kind:
		return refused(WrongCeremony, nil)
	case subtle.ConstantTimeCompare([]byte(client.Challenge), []byte(c.encoded())) != 1:
		return refused(WrongCeremony, nil)
	case !r.origins[client.Origin]:
		return refused(WrongOrigin, nil)
	case client.CrossOrigin || client.TopOrigin != "":
		// Our page is in a frame of another one, which can lead the user to confirm what they do not see.
		return refused(WrongOrigin, nil)
	}
	return nil
}

// verifyAuthenticator checks what the authenticator says of the ceremony.
func (r *Registry) verifyAuthenticator(data *protocol.AuthenticatorData, verified bool) error {
	site := sha256.Sum256([]byte(r.relyingParty))
	switch {
	case subtle.ConstantTimeCompare(data.RPIDHash, site[:]) != 1:
		return refused(WrongRelyingParty, nil)
	case !data.Flags.HasUserPresent():
		return refused(Absent, nil)
	case verified && !data.Flags.HasUserVerified():
		return refused(Unverified, nil)
	case data.Flags.HasBackupState() && !data.Flags.HasBackupEligible():
		return refused(Malformed, nil) // backed up without being eligible (section 6.1.3)
	}
	return nil
}

package passkey

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
)

// MaxPerUser bounds the passkeys of a user.
const MaxPerUser = 20

// Passkey is a passkey of a user.
type Passkey struct {
	ID     provider.ID
	UserID provider.ID
	Name   string
	// CredentialID is how the authenticator knows it, and PublicKey is in COSE's form (RFC 9052 section 7).
	CredentialID, PublicKey []byte
	// Handle is what the authenticator knows the user by: random, so that it tells nothing about the user to
	// who finds the authenticator (WebAuthn section 14.6.1).
	Handle []byte
	// SignCount is the counter of the last response; zero: the authenticator does not count.
	SignCount uint32
	// Model is the AAGUID, which the authenticator merely says unless it is attested.
	Model [16]byte
	// Hardware: the maker attests that the key cannot leave the authenticator.
	Hardware bool
	// Attested: the maker attests the model, which is an allowed one.
	Attested bool
	// BackupEligible: the key may be copied to other devices of the user, by the last response. BackedUp: it was.
	BackupEligible, BackedUp bool
	// Verifies: the authenticator has verified the user once, by a PIN or biometrics.
	Verifies bool
	// Transports are how browsers reach the authenticator, such as usb or internal.
	Transports []string
	CreatedAt  time.Time
	// UsedAt is nil before the first use.
	UsedAt *time.Time
}

// Methods are the authentication methods (RFC 8176) that a response proves: possession of a key, which is hwk or
// swk where the maker attests how it is kept, the presence of the user, and mfa where the authenticator verified
// the user as well.
func (p *Passkey) Methods(verified bool) []string {
	methods := []string{"pop", "user"}
	if p.Attested {
		methods[0] = "swk"
	}
	if p.Hardware {
		methods[0] = "hwk"
	}
	if verified {
		methods = append(methods, "mfa")
	}
	return methods
}

// maxName bounds a name, in characters.
const maxName = 64

// NameFault is the error of a name that is too long, or has characters that names do not have.
type NameFault struct{ Message string }

// Error says what is wrong.
func (e *NameFault) Error() string { return "the name of a passkey " + e.Message }

// nameOf is a name as it is stored. It returns *NameFault.
func nameOf(typed string) (string, error) {
	name := strings.TrimSpace(typed)
	switch why := provider.TextFault(name); {
	case why != nil:
		return "", &NameFault{why.String()}
	case utf8.RuneCountInString(name) > maxName:
		return "", &NameFault{"must not be longer than 64 characters"}
	}
	return name, nil
}

// The names of passkeys to which nobody gave one.
const (
	unnamed    = "Passkey"
	unnamedKey = "Security key"
)

// Unnamed tells of the name of a passkey whether it is the one of those to which nobody gave another: a page says that
// in its own language. key: it is a security key.
func Unnamed(name string) (is, key bool) {
	return name == unnamed || name == unnamedKey, name == unnamedKey
}

// Shown is the name that the person gave a passkey; empty: none. key: it is a security key for people, as is one that has verified
// nobody, whatever its name: what they know as a passkey signs them in without the password.
func (p *Passkey) Shown() (name string, key bool) {
	is, key := Unnamed(p.Name)
	if !is {
		name = p.Name
	}
	return name, key || !p.Verifies
}

// defaultName is for a passkey to which nobody gave one: by where the authenticator is, in English like what
// administrators read.
func defaultName(transports []string) string {
	for _, t := range transports {
		switch t {
		case "internal", "hybrid":
			return unnamed
		case "usb", "nfc", "ble", "smart-card":
			return unnamedKey
		}
	}
	return unnamed
}

package passkey

import "fmt"

// Reason is why a response was refused: one of a closed set, for metrics, records and logs. People are told that
// it did not work, and no more than helps who has the passkey.
type Reason string

// The reasons.
const (
	// Malformed: it is no response, or larger than one may be.
	Malformed Reason = "malformed"
	// WrongCeremony: it answers a ceremony of another purpose or user, or the challenge of another page.
	WrongCeremony Reason = "wrong_ceremony"
	// Expired: the ceremony is over.
	Expired Reason = "expired"
	// Replayed: the challenge was used.
	Replayed Reason = "replayed"
	// WrongOrigin: the page in the browser was of another origin, or embedded in one.
	WrongOrigin Reason = "wrong_origin"
	// WrongRelyingParty: the authenticator was asked for a passkey of another site.
	WrongRelyingParty Reason = "wrong_relying_party"
	// Absent: nobody touched the authenticator. Unverified: it did not verify the user, which this ceremony
	// demands.
	Absent     Reason = "absent"
	Unverified Reason = "unverified"
	// NeverVerified: the authenticator verified the user now for the first time, and a passkey alone was to prove who it is.
	NeverVerified Reason = "never_verified"
	// WrongSignature: the signature is not that of the passkey.
	WrongSignature Reason = "wrong_signature"
	// Unknown: there is no such passkey, or it is of another user.
	Unknown Reason = "unknown"
	// Disabled: the user is.
	Disabled Reason = "disabled"
	// Cloned: the signature counter did not rise, so there may be a copy of the authenticator.
	Cloned Reason = "cloned"
	// Altered: a passkey whose maker attests that it cannot leave the authenticator may be backed up now.
	Altered Reason = "altered"
	// Exists: the passkey was registered before, for this user or another one.
	Exists Reason = "exists"
	// TooMany: the user has as many passkeys as one may have.
	TooMany Reason = "too_many"
	// WeakKey: its algorithm is none that was asked for, or the key is malformed or of another size than accepted.
	WeakKey Reason = "weak_key"
	// Unattested: the maker's attestation is demanded, and is missing or wrong.
	Unattested Reason = "unattested"
	// WrongModel: authenticators of that model are not allowed.
	WrongModel Reason = "wrong_model"
)

// ProofReasons are those for which a response is refused that is to prove a user, at a sign-in or as a second
// factor.
func ProofReasons() []Reason {
	return []Reason{
		Malformed, WrongCeremony, Expired, Replayed, WrongOrigin, WrongRelyingParty, Absent, Unverified, NeverVerified, WrongSignature, Unknown, Disabled, Cloned, Altered,
	}
}

// Refused is the error of a response that was refused.
type Refused struct {
	Reason Reason
	// Missing is the id of a passkey (base64url) that is stored for nobody, such as one that was removed: whoever keeps it may
	// forget it. Empty: there is one, or the response was refused before that was looked at.
	Missing string
	cause   error
}

// Error is for logs.
func (r *Refused) Error() string {
	if r.cause == nil {
		return "the passkey was refused: " + string(r.Reason)
	}
	return fmt.Sprintf("the passkey was refused: %s: %s", r.Reason, r.cause)
}

// Unwrap returns the cause.
func (r *Refused) Unwrap() error { return r.cause }

func refused(why Reason, cause error) error { return &Refused{Reason: why, cause: cause} }

package factor

import "slices"

// The kinds of factors, as account.User.Factors, events and the audit log name them. A user with a HardwareKey
// has a Passkey, too.
const (
	TOTP        = "totp"
	Passkey     = "passkey"
	HardwareKey = "hardware_key"
	// Mail is a code that is sent to the verified email address of the user, where the operator offers that.
	Mail = "mail"
	// RecoveryCode stands in for a factor, and is none of account.User.Factors.
	RecoveryCode = "recovery_code"
)

// Ended is the kind of the factors of a user that another one ends which is stronger, as they are before it; empty: none.
func Ended(before []string) string {
	if slices.Contains(before, Mail) {
		return Mail
	}
	return ""
}

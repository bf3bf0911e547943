package factor

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

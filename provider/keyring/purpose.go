package keyring

// Purpose says what a data key is for. A value made for one purpose means nothing under
// another. The text stands in the database and in every sealed value: never change it.
type Purpose string

// The purposes in use. Open makes a data key for each that has none.
const (
	TokenHash        Purpose = "token-hash"        // stored hashes of codes, access and refresh tokens
	SessionHash      Purpose = "session-hash"      // stored hashes of session cookies
	ErrorRecord      Purpose = "error-record"      // sealed error ids (package refusal)
	SigningKey       Purpose = "signing-key"       // private signing keys at rest (package keys)
	RefreshSuccessor Purpose = "refresh-successor" // derived secrets of rotated refresh tokens
	Flow             Purpose = "flow"              // authorize requests in progress
	ClientSecret     Purpose = "client-secret"     // secrets that are keys (client_secret_jwt)
	Device           Purpose = "device"            // cookies of browsers that signed in before
	RateLimit        Purpose = "rate-limit"        // names of budgets outside this process
)

func purposes() []Purpose {
	return []Purpose{TokenHash, SessionHash, ErrorRecord, SigningKey, RefreshSuccessor, Flow, ClientSecret, Device, RateLimit}
}

package keyring

import "time"

// Purpose is what a data key is for. A value made for one purpose is invalid for all others. The
// text is stored in the database and bound to every sealed value: never change it.
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
	Cursor           Purpose = "cursor"            // sealed positions in lists of the management API
	AuditKey         Purpose = "audit-key"         // keys that sign the audit log, at rest (package chain)
	Idempotency      Purpose = "idempotency"       // responses that are kept for repeated requests
	ImportedSecret   Purpose = "imported-secret"   // keys of another server that verify its refresh tokens
	Webhook          Purpose = "webhook"           // secrets that sign webhooks, at rest (package webhook)
	Verification     Purpose = "verification"      // codes that prove control of an address (package verification)
	PairwiseSubject  Purpose = "pairwise-subject"  // by what applications of different hosts know a user (package oauth)
	Factor           Purpose = "factor"            // secrets of authenticator apps and hashes of recovery codes, at rest (package factor)
	Registration     Purpose = "registration"      // tokens that follow each other at an update of a client by itself
)

func purposes() []Purpose {
	return []Purpose{TokenHash, SessionHash, ErrorRecord, SigningKey, RefreshSuccessor, Flow, ClientSecret, Device, RateLimit, Cursor, AuditKey, Idempotency, ImportedSecret, Webhook, Verification, Factor, PairwiseSubject, Registration}
}

// permanent tells whether a purpose keeps its first data key: what is made with it has to stay the same for ever.
func permanent(p Purpose) bool { return p == PairwiseSubject }

// serves is how long after its successor took over a data key may be needed: the longest lifetime
// of the values made with it, as the settings bound it, plus a margin for clocks. A private key or
// a client's secret has no maximum lifetime; they are resealed at a rotation.
func serves(p Purpose) (_ time.Duration, ends bool) {
	const day = 24 * time.Hour
	switch p {
	case TokenHash, SessionHash, ErrorRecord:
		return 420 * day, true // refresh tokens and sessions: 400 days
	case Device:
		return 190 * day, true // 180 days
	case Idempotency:
		return 2 * day, true // a day
	case Verification:
		return 4 * day, true // three days
	case Flow, RefreshSuccessor, RateLimit, Cursor, Registration:
		return day, true // an hour, half a minute, a quarter of an hour, five minutes; a cursor has no lifetime of its own
	case SigningKey, ClientSecret, AuditKey, ImportedSecret, Webhook, Factor, PairwiseSubject:
		return 0, false
	default: // of a newer version
		return 0, false
	}
}

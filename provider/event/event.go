package event

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Event is something that happened. It is one of the types of this package.
type Event interface {
	// Name is the event's name in logs and metrics, one of a closed set.
	Name() string
}

// AuthorizationApproved: a user, or the operator for the user, approved an authorization
// request.
type AuthorizationApproved struct {
	GrantID   provider.ID
	ClientID  string
	UserID    provider.ID
	SessionID provider.ID
	Methods   []string // amr values (RFC 8176)
}

// ClientRegistered: a client registered itself. Anonymous: without an initial access token.
type ClientRegistered struct {
	ClientID  string
	Anonymous bool
}

// DocumentOutcome is what came of reading the metadata document of a client.
type DocumentOutcome string

// The outcomes. Registered and changed: the client was; unchanged: it is what it was. Unreachable: the document could
// not be fetched. Refused: it cannot be registered.
const (
	DocumentRegistered  DocumentOutcome = "registered"
	DocumentChanged     DocumentOutcome = "changed"
	DocumentUnchanged   DocumentOutcome = "unchanged"
	DocumentUnreachable DocumentOutcome = "unreachable"
	DocumentRefused     DocumentOutcome = "refused"
)

// DocumentOutcomes are all of them.
func DocumentOutcomes() []DocumentOutcome {
	return []DocumentOutcome{DocumentRegistered, DocumentChanged, DocumentUnchanged, DocumentUnreachable, DocumentRefused}
}

// ClientDocumentRead: the metadata document of a client was read, or could not be.
type ClientDocumentRead struct {
	ClientID string
	Outcome  DocumentOutcome
}

// TokenIssued: an access token was issued, and a refresh token where Refresh is set.
type TokenIssued struct {
	TokenID   provider.ID
	GrantID   provider.ID
	ClientID  string
	UserID    provider.ID // zero: a token of the client itself
	GrantType string
	Refresh   bool
}

// TokenRevoked: a token was revoked. Revoking a refresh token ends its whole grant.
type TokenRevoked struct {
	TokenID    provider.ID
	GrantID    provider.ID
	ClientID   string
	WholeGrant bool
}

// RefreshReuseDetected: a refresh token was reused after its grace period, so either the client
// or a thief holds a copy. Its grant was ended (RFC 9700 section 4.14.2).
type RefreshReuseDetected struct {
	GrantID  provider.ID
	ClientID string
	UserID   provider.ID
}

// SignedIn: a user authenticated and has a session.
type SignedIn struct {
	UserID    provider.ID
	SessionID provider.ID
	Methods   []string // amr values (RFC 8176), and remembered for a second factor that was given before
}

// SteppedUp: a signed-in user gave another factor, and has another session.
type SteppedUp struct {
	UserID    provider.ID
	SessionID provider.ID
	Methods   []string // those that were given now
}

// SignInRefused: a sign-in attempt was refused.
type SignInRefused struct {
	// Reason is wrong_password, unknown_user, unconfirmed, disabled or throttled.
	Reason   string
	UserID   provider.ID // zero: no such user, or not looked up
	ClientID string      // the client that signs the user in, or has the browser do so; empty: none
}

// FactorAdded: a user set up a second factor.
type FactorAdded struct {
	UserID provider.ID
	Kind   string // totp, passkey, hardware_key or mail
}

// FactorRemoved: a user, or an administrator, removed one.
type FactorRemoved struct {
	UserID provider.ID
	Kind   string
}

// FactorRefused: an attempt to prove a second factor was refused, or to sign in by a passkey.
type FactorRefused struct {
	UserID provider.ID
	// Kind is totp, passkey, mail or recovery_code.
	Kind string
	// Reason is wrong_code or throttled, or one of package passkey.
	Reason string
}

// PasskeyCloned: a passkey was refused whose signature counter did not rise, so that there may be a copy of it
// (Web Authentication section 6.1.1).
type PasskeyCloned struct{ UserID, PasskeyID provider.ID }

// PasswordUpgraded: the hash of a password from another system was replaced by one of this server's,
// at a sign-in.
type PasswordUpgraded struct {
	UserID provider.ID
	// Fault is why it could not be replaced; the next sign-in tries again.
	Fault error
}

// BreachOutcome is what a list of breached passwords said.
type BreachOutcome string

// The outcomes. BreachUnknown: it could not be asked, and the password was accepted.
const (
	NotBreached   BreachOutcome = "not_breached"
	Breached      BreachOutcome = "breached"
	BreachUnknown BreachOutcome = "unknown"
)

// PasswordLookedUp: a password that somebody chose was looked up in the list of breached ones.
type PasswordLookedUp struct {
	Outcome BreachOutcome
	// Fault is why it could not be; it has no digit of the hash.
	Fault error
}

// SecretUpgraded is PasswordUpgraded for the secret of a client.
type SecretUpgraded struct {
	ClientID string
	Fault    error
}

// NoticeFailed: a message to a user about the account could not be stored.
type NoticeFailed struct {
	UserID provider.ID
	Kind   string
	Fault  error
}

// SessionEnded: a session was ended before its time.
type SessionEnded struct {
	SessionID provider.ID
	UserID    provider.ID
}

// KeyRotated: a signing key was published that signs from ActiveFrom on.
type KeyRotated struct {
	KID        string
	Algorithm  string
	ActiveFrom time.Time
}

// KeyWithdrawn: a signing key was withdrawn at once, and its signatures are no longer accepted.
type KeyWithdrawn struct {
	KID       string
	Algorithm string
	Successor string // empty: it was not the active key
}

// Administered: an administrative act was carried out and recorded.
type Administered struct {
	RecordID           provider.ID
	ActorKind, Actor   string
	Action             string
	TargetType, Target string
}

// AuditSigned: a checkpoint of the audit log was signed. Kept outside the database, the checkpoint
// shows later that the log was not replaced by an older or another one.
type AuditSigned struct {
	Sequence   int64
	Checkpoint string // a compact JWS; it is public
}

// Name is part of Event.
func (AuditSigned) Name() string { return "audit_signed" }

// Name is part of Event.
func (Administered) Name() string { return "administered" }

// Name is part of Event.
func (AuthorizationApproved) Name() string { return "authorization_approved" }

// Name is part of Event.
func (ClientDocumentRead) Name() string { return "client_document_read" }

// Name is part of Event.
func (ClientRegistered) Name() string { return "client_registered" }

// Name is part of Event.
func (TokenIssued) Name() string { return "token_issued" }

// Name is part of Event.
func (TokenRevoked) Name() string { return "token_revoked" }

// Name is part of Event.
func (RefreshReuseDetected) Name() string { return "refresh_reuse_detected" }

// Name is part of Event.
func (SignedIn) Name() string { return "signed_in" }

// Name is part of Event.
func (SteppedUp) Name() string { return "stepped_up" }

// Name is part of Event.
func (SignInRefused) Name() string { return "sign_in_refused" }

// Name is part of Event.
func (FactorAdded) Name() string { return "factor_added" }

// Name is part of Event.
func (FactorRemoved) Name() string { return "factor_removed" }

// Name is part of Event.
func (PasskeyCloned) Name() string { return "passkey_cloned" }

// Name is part of Event.
func (FactorRefused) Name() string { return "factor_refused" }

// Name is part of Event.
func (PasswordUpgraded) Name() string { return "password_upgraded" }

// Name is part of Event.
func (PasswordLookedUp) Name() string { return "password_looked_up" }

// Name is part of Event.
func (SecretUpgraded) Name() string { return "secret_upgraded" }

// Name is part of Event.
func (NoticeFailed) Name() string { return "notice_failed" }

// Name is part of Event.
func (SessionEnded) Name() string { return "session_ended" }

// Name is part of Event.
func (KeyRotated) Name() string { return "key_rotated" }

// Name is part of Event.
func (KeyWithdrawn) Name() string { return "key_withdrawn" }

package audit

import (
	"reflect"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Action names a kind of act, such as "client.update". Names are stable.
type Action string

// The actions. Whether a client or user was disabled, for example, is in the changes of an update.
const (
	ClientCreate        Action = "client.create"
	ClientUpdate        Action = "client.update"
	ClientDelete        Action = "client.delete"
	ClientRotateSecret  Action = "client.rotate_secret"
	ClientEndSecret     Action = "client.end_secret" //nolint:gosec // the name of an act
	ClientAllowUser     Action = "client.allow_user"
	ClientDisallowUser  Action = "client.disallow_user"
	ClientAllowGroup    Action = "client.allow_group"
	ClientDisallowGroup Action = "client.disallow_group"
	ClientImport        Action = "client.import"
	// ClientExpire is that clients which registered themselves, and that nobody used, were removed.
	ClientExpire Action = "client.expire"
	// ClientRedeliverLogout has a client told again that sessions ended.
	ClientRedeliverLogout Action = "client.redeliver_logout"
	// InitialTokenCreate and InitialTokenRevoke are about the tokens that let clients register themselves.
	InitialTokenCreate Action = "initial_token.create"
	InitialTokenRevoke Action = "initial_token.revoke"
	UserCreate         Action = "user.create"
	// UserInvite is about a user who does not exist yet, and has the id of the invitation then.
	UserInvite             Action = "user.invite"
	UserWithdrawInvitation Action = "user.withdraw_invitation"
	// UserRegister and the next are what people do for themselves.
	UserRegister       Action = "user.register"
	UserRecover        Action = "user.recover"
	UserChangePassword Action = "user.change_password"
	UserChangeContact  Action = "user.change_contact"
	// UserUndoContact and UserUndoFactor take an account back to before a change of a contact or of second factors.
	UserUndoContact Action = "user.undo_contact"
	UserUndoFactor  Action = "user.undo_factor"
	// UserRequestDeletion has an account deleted after a grace period, and UserKeep undoes that.
	UserRequestDeletion Action = "user.request_deletion"
	UserKeep            Action = "user.keep"
	UserUpdate          Action = "user.update"
	UserSetPassword     Action = "user.set_password"
	// UserSendRecovery has a user get a message by which to choose another password.
	UserSendRecovery Action = "user.send_recovery"
	UserDelete       Action = "user.delete"
	UserImport       Action = "user.import"
	// UserSignIn and UserSignInRefused are what people do: the latter counts attempts of a minute.
	UserSignIn        Action = "user.sign_in"
	UserSignInRefused Action = "user.sign_in_refused"
	// FactorAdd, FactorRemove and RecoveryCodesRenew are what people do for themselves; FactorReset is an
	// administrator's, and removes all factors of a user.
	FactorAdd    Action = "factor.add"
	FactorRemove Action = "factor.remove"
	FactorReset  Action = "factor.reset"
	// FactorRename: a user gave a passkey another name.
	FactorRename Action = "factor.rename"
	// FactorClone: the signature counter of a passkey did not rise, so there may be a copy; it was refused.
	FactorClone        Action = "factor.clone"
	RecoveryCodesRenew Action = "recovery_codes.renew"
	RecoveryCodesUse   Action = "recovery_codes.use"
	ScopeCreate        Action = "scope.create"
	ScopeUpdate        Action = "scope.update"
	ScopeDelete        Action = "scope.delete"
	ConsentWithdraw    Action = "consent.withdraw"
	// ConsentGive is a user's own act, ConsentCreate that of an administrator for a user.
	ConsentGive   Action = "consent.give"
	ConsentCreate Action = "consent.create"
	SessionEnd    Action = "session.end"
	// SessionStepUp: a signed-in user gave another factor.
	SessionStepUp Action = "session.step_up"
	// SessionForget: a user has every browser ask for the second factor again that was remembered.
	SessionForget Action = "session.forget_browsers"
	TokenRevoke   Action = "token.revoke"
	TokenImport   Action = "token.import"
	KeyImport     Action = "key.import"
	ConsentImport Action = "consent.import"
	// TokenReuse: a code or refresh token was used again after its time, by its client or a thief, and
	// the grant was ended.
	TokenReuse Action = "token.reuse"
	// LimitRefuse counts the requests that rate limits refused in a minute.
	LimitRefuse   Action = "limit.refuse"
	LimitReset    Action = "limit.reset"
	KeyCreate     Action = "key.create"
	KeyWithdraw   Action = "key.withdraw"
	KeyringRotate Action = "keyring.rotate"
	KeyringRetire Action = "keyring.retire"
	LogExpire     Action = "audit.expire"
	// LogExport is that a person has taken a copy of records.
	LogExport           Action = "audit.export"
	WebhookCreate       Action = "webhook.create"
	WebhookUpdate       Action = "webhook.update"
	WebhookDelete       Action = "webhook.delete"
	WebhookRotateSecret Action = "webhook.rotate_secret" //nolint:gosec // the name of an action
	WebhookRedeliver    Action = "webhook.redeliver"
	WebhookTest         Action = "webhook.test"
)

// Actions are all actions.
func Actions() []Action {
	return []Action{
		ClientCreate, ClientUpdate, ClientDelete, ClientRotateSecret, ClientEndSecret, ClientAllowUser, ClientDisallowUser, ClientAllowGroup, ClientDisallowGroup, ClientImport, ClientExpire, ClientRedeliverLogout, InitialTokenCreate, InitialTokenRevoke,
		UserCreate, UserInvite, UserWithdrawInvitation, UserRegister, UserRecover, UserChangePassword, UserChangeContact, UserUndoContact, UserUndoFactor, UserUpdate, UserSetPassword, UserSendRecovery, UserDelete, UserImport, UserSignIn, UserSignInRefused, UserRequestDeletion, UserKeep,
		FactorAdd, FactorRemove, FactorReset, FactorRename, FactorClone, RecoveryCodesRenew, RecoveryCodesUse,
		ScopeCreate, ScopeUpdate, ScopeDelete,
		ConsentWithdraw, ConsentGive, ConsentCreate, ConsentImport,
		SessionEnd, SessionStepUp, SessionForget,
		TokenRevoke, TokenImport, TokenReuse,
		KeyImport, KeyCreate, KeyWithdraw,
		LimitRefuse, LimitReset,
		KeyringRotate, KeyringRetire,
		LogExpire, LogExport,
		WebhookCreate, WebhookUpdate, WebhookDelete, WebhookRotateSecret, WebhookRedeliver, WebhookTest,
	}
}

// Target is what an act is about. ID is empty where it is several things at once; the changes say
// which. ClientID and UserID are the client and the user whom the act concerns, if any: those of a
// revoked token, for example.
type Target struct {
	Type             TargetType
	ID               string
	ClientID, UserID string
}

// OfClient is a client as a target.
func OfClient(id string) Target { return Target{Type: Client, ID: id, ClientID: id} }

// OfUser is a user as a target.
func OfUser(id provider.ID) Target { return Target{Type: User, ID: id.String(), UserID: id.String()} }

// TargetType is a kind of target.
type TargetType string

// The kinds of targets. Users and grants are named by their id, tokens by the id of their row.
const (
	Client     TargetType = "client"
	User       TargetType = "user"
	Scope      TargetType = "scope"
	Consent    TargetType = "consent"
	Session    TargetType = "session"
	Grant      TargetType = "grant"
	Token      TargetType = "token"
	Limit      TargetType = "limit"
	SigningKey TargetType = "key"
	Keyring    TargetType = "keyring"
	Log        TargetType = "audit"
	Webhook    TargetType = "webhook"
	// InitialToken is an initial access token, by which clients register themselves.
	InitialToken TargetType = "initial_token"
)

// Record is one act.
type Record struct {
	ID      provider.ID
	At      time.Time
	Actor   Actor
	Action  Action
	Target  Target
	Changes Changes
	Outcome Outcome
	// MAC proves that a server wrote the record (package chain).
	MAC []byte
}

// Outcome is how an act ended.
type Outcome string

// Done: the act was carried out.
const Done Outcome = "done"

// Changes are the properties that an act changed, by name, in JSON's types. They contain no
// secrets and no hashes of secrets.
type Changes map[string]Change

// Change is a property before and after: null where it had no value, or has none any more.
type Change struct {
	Before any `json:"before"`
	After  any `json:"after"`
}

// Diff returns the properties that differ. Either side may be nil: for something that did not exist
// before, or does not exist any more.
func Diff(before, after map[string]any) Changes {
	changes := Changes{}
	for name, was := range before {
		if is := after[name]; !reflect.DeepEqual(was, is) {
			changes[name] = Change{was, is}
		}
	}
	for name, is := range after {
		if _, known := before[name]; !known && is != nil {
			changes[name] = Change{nil, is}
		}
	}
	return changes
}

// Details are properties of an act that changed nothing that has a value before and after.
func Details(values map[string]any) Changes {
	if len(values) == 0 {
		return nil
	}
	return Diff(nil, values)
}

// Counted are the details of an act on several things at once: nothing has changed if there were none.
func Counted(what string, n int64) Changes {
	if n == 0 {
		return Changes{}
	}
	return Details(map[string]any{what: n})
}

package webhook

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Ping is the event by which an operator tests an endpoint.
const Ping = "ping"

// typeOf is the event that an act causes; empty: none. Refused attempts and rate limits are counted
// by the minute, which is for the audit log, and acts on webhooks would report themselves.
func typeOf(a audit.Action) string { return types()[a] }

func types() map[audit.Action]string {
	return map[audit.Action]string{
		audit.ClientCreate:           "client.created",
		audit.ClientUpdate:           "client.updated",
		audit.ClientDelete:           "client.deleted",
		audit.ClientRotateSecret:     "client.secret_rotated",
		audit.ClientEndSecret:        "client.secret_ended",
		audit.ClientImport:           "client.imported",
		audit.ClientExpire:           "client.expired",
		audit.InitialTokenCreate:     "initial_token.created",
		audit.InitialTokenRevoke:     "initial_token.revoked",
		audit.ClientAllowUser:        "client.user_allowed",
		audit.ClientDisallowUser:     "client.user_disallowed",
		audit.ClientAllowGroup:       "client.group_allowed",
		audit.ClientDisallowGroup:    "client.group_disallowed",
		audit.UserCreate:             "user.created",
		audit.UserInvite:             "user.invited",
		audit.UserWithdrawInvitation: "user.invitation_withdrawn",
		audit.UserRegister:           "user.registered",
		audit.UserRecover:            "user.password_reset",
		audit.UserChangePassword:     "user.own_password_changed",
		audit.UserChangeContact:      "user.contact_changed",
		audit.UserUndoContact:        "user.contact_restored",
		audit.UserUndoFactor:         "user.factor_change_undone",
		audit.UserRequestDeletion:    "user.deletion_requested",
		audit.UserKeep:               "user.kept",
		audit.UserUpdate:             "user.updated",
		audit.UserSetPassword:        "user.password_changed",
		audit.UserSendRecovery:       "user.recovery_sent",
		audit.UserDelete:             "user.deleted",
		audit.UserImport:             "user.imported",
		audit.UserSignIn:             "session.started",
		audit.SessionEnd:             "session.ended",
		audit.FactorAdd:              "user.factor_added",
		audit.FactorRemove:           "user.factor_removed",
		audit.FactorReset:            "user.factors_reset",
		audit.FactorRename:           "user.passkey_renamed",
		audit.FactorClone:            "user.passkey_clone_detected",
		audit.RecoveryCodesRenew:     "user.recovery_codes_renewed",
		audit.RecoveryCodesUse:       "user.recovery_code_used",
		audit.SessionStepUp:          "session.stepped_up",
		audit.SessionForget:          "user.browsers_forgotten",
		audit.ScopeCreate:            "scope.created",
		audit.ScopeUpdate:            "scope.updated",
		audit.ScopeDelete:            "scope.deleted",
		audit.ConsentGive:            "consent.given",
		audit.ConsentCreate:          "consent.created",
		audit.ConsentWithdraw:        "consent.withdrawn",
		audit.ConsentImport:          "consent.imported",
		audit.TokenRevoke:            "token.revoked",
		audit.TokenReuse:             "token.reuse_detected",
		audit.TokenImport:            "token.imported",
		audit.LimitReset:             "limit.reset",
		audit.KeyCreate:              "key.created",
		audit.KeyWithdraw:            "key.withdrawn",
		audit.KeyImport:              "key.imported",
		audit.KeyringRotate:          "keyring.rotated",
		audit.KeyringRetire:          "keyring.retired",
		audit.LogExport:              "audit.exported",
	}
}

// Types are the names of all events that an endpoint can be registered for.
func Types() []string { return slices.Sorted(maps.Values(types())) }

type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      any       `json:"data"`
}

// data is what a receiver learns of an act: who did it, to what, and the names of what changed. The
// values may be personal data, which a receiver reads by the API if it may.
type data struct {
	Actor    party    `json:"actor"`
	Target   party    `json:"target"`
	ClientID string   `json:"client_id,omitempty"`
	UserID   string   `json:"user_id,omitempty"`
	Changed  []string `json:"changed"`
}

type party struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func body(r audit.Record) ([]byte, error) {
	changed := slices.Sorted(maps.Keys(r.Changes))
	if changed == nil {
		changed = []string{}
	}
	return json.Marshal(message{typeOf(r.Action), r.At, data{
		party{string(r.Actor.Kind), r.Actor.ID}, party{string(r.Target.Type), r.Target.ID}, r.Target.ClientID, r.Target.UserID, changed,
	}})
}

package event

import (
	"context"
	"log/slog"
)

// Log logs the events that an operator wants to see one by one. Issued tokens are not among
// them: they are frequent, and the log line of their request shows them.
func Log(log *slog.Logger) Listener {
	return func(ctx context.Context, e Event) {
		if _, many := e.(TokenIssued); many {
			return
		}
		level := slog.LevelInfo
		if _, alarming := e.(RefreshReuseDetected); alarming {
			level = slog.LevelWarn
		}
		if looked, ok := e.(PasswordLookedUp); ok {
			if looked.Outcome != BreachUnknown {
				return // that somebody chose such a password is nobody's business
			}
			level = slog.LevelWarn
		}
		log.LogAttrs(ctx, level, "event", append([]slog.Attr{slog.String("event", e.Name())}, attributes(e)...)...)
	}
}

func attributes(e Event) []slog.Attr {
	id := func(name string, v interface {
		IsZero() bool
		String() string
	},
	) slog.Attr {
		if v.IsZero() {
			return slog.Attr{} // handlers leave an empty attribute out
		}
		return slog.String(name, v.String())
	}
	named := func(name, value string) slog.Attr {
		if value == "" {
			return slog.Attr{}
		}
		return slog.String(name, value)
	}
	switch e := e.(type) {
	case AuthorizationApproved:
		return []slog.Attr{slog.String("client_id", e.ClientID), id("grant", e.GrantID), id("user", e.UserID), id("session", e.SessionID)}
	case ClientRegistered:
		return []slog.Attr{slog.String("client_id", e.ClientID), slog.Bool("anonymous", e.Anonymous)}
	case ClientDocumentRead:
		return []slog.Attr{slog.String("client_id", e.ClientID), slog.String("outcome", string(e.Outcome))}
	case TokenRevoked:
		return []slog.Attr{slog.String("client_id", e.ClientID), id("grant", e.GrantID), id("token", e.TokenID), slog.Bool("whole_grant", e.WholeGrant)}
	case RefreshReuseDetected:
		return []slog.Attr{slog.String("client_id", e.ClientID), id("grant", e.GrantID), id("user", e.UserID)}
	case SignedIn:
		return []slog.Attr{id("user", e.UserID), id("session", e.SessionID), slog.Any("methods", e.Methods)}
	case SteppedUp:
		return []slog.Attr{id("user", e.UserID), id("session", e.SessionID), slog.Any("methods", e.Methods)}
	case SignInRefused:
		return []slog.Attr{slog.String("reason", e.Reason), id("user", e.UserID), named("client_id", e.ClientID)}
	case FactorAdded:
		return []slog.Attr{id("user", e.UserID), slog.String("kind", e.Kind)}
	case FactorRemoved:
		return []slog.Attr{id("user", e.UserID), slog.String("kind", e.Kind)}
	case PasskeyCloned:
		return []slog.Attr{id("user", e.UserID), id("passkey", e.PasskeyID)}
	case FactorRefused:
		return []slog.Attr{slog.String("kind", e.Kind), slog.String("reason", e.Reason), id("user", e.UserID)}
	case PasswordUpgraded:
		return []slog.Attr{id("user", e.UserID), fault(e.Fault)}
	case PasswordLookedUp:
		return []slog.Attr{slog.String("outcome", string(e.Outcome)), fault(e.Fault)}
	case SecretUpgraded:
		return []slog.Attr{slog.String("client_id", e.ClientID), fault(e.Fault)}
	case NoticeFailed:
		return []slog.Attr{id("user", e.UserID), slog.String("kind", e.Kind), fault(e.Fault)}
	case SessionEnded:
		return []slog.Attr{id("user", e.UserID), id("session", e.SessionID)}
	case KeyRotated:
		return []slog.Attr{slog.String("kid", e.KID), slog.String("alg", e.Algorithm), slog.Time("active_from", e.ActiveFrom)}
	case KeyWithdrawn:
		return []slog.Attr{slog.String("kid", e.KID), slog.String("alg", e.Algorithm), slog.String("successor", e.Successor)}
	case AuditSigned:
		return []slog.Attr{slog.Int64("sequence", e.Sequence), slog.String("checkpoint", e.Checkpoint)}
	case Administered:
		return []slog.Attr{
			id("record", e.RecordID), slog.String("actor_kind", e.ActorKind), slog.String("actor", e.Actor), slog.String("action", e.Action),
			slog.String("target_type", e.TargetType), slog.String("target", e.Target),
		}
	default:
		return nil
	}
}

func fault(err error) slog.Attr {
	if err == nil {
		return slog.Attr{}
	}
	return slog.String("fault", err.Error())
}

package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

type sessionRow struct {
	Hash      []byte
	AuthTime  time.Time
	Methods   string
	SeenAt    time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
	Kept      bool

	Address, SeenAddress, UserAgent optionalText
}

const sessionColumns = "s.hash, s.auth_time, s.methods, s.seen_at, s.expires_at, s.ended_at, s.kept, s.address, s.seen_address, s.user_agent"

func (r *sessionRow) into() []any {
	return []any{&r.Hash, &r.AuthTime, &r.Methods, &r.SeenAt, &r.ExpiresAt, &r.EndedAt, &r.Kept, &r.Address, &r.SeenAddress, &r.UserAgent}
}

func (r *sessionRow) session(id provider.ID, user *account.User) *session.Session {
	return &session.Session{
		ID: id, User: user, Hash: r.Hash, Proofs: session.ProvedAt(r.AuthTime.UTC(), strings.Fields(r.Methods)...),
		SeenAt: r.SeenAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), EndedAt: utc(r.EndedAt), Kept: r.Kept,
		Address: string(r.Address), Seen: session.Browser{Address: string(r.SeenAddress), UserAgent: string(r.UserAgent)},
	}
}

// CreateSession stores a new session.
func (s *Store) CreateSession(ctx context.Context, v *session.Session) error {
	return s.insertIfVerified(ctx, `INSERT INTO sessions (id, user_id, hash, auth_time, methods, seen_at, expires_at, kept, address, seen_address, user_agent)
		SELECT ?, u.id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM users u WHERE u.id = ? AND u.generation = ? AND NOT u.disabled`,
		rowID(v.ID), v.Hash, v.Proofs.AuthTime(), strings.Join(v.Proofs.Methods, " "), v.SeenAt, v.ExpiresAt, v.Kept,
		optionalText(v.Address), optionalText(v.Seen.Address), optionalText(v.Seen.UserAgent), rowID(v.User.ID), v.User.Generation)
}

// ReplaceSession replaces a session with another one of the same user, which has the grants of the first if that
// was not over.
func (s *Store) ReplaceSession(ctx context.Context, previous provider.ID, next *session.Session) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.CreateSession(ctx, next); err != nil {
			return err
		}
		ended, err := s.endReplaced(ctx, previous, next)
		if err != nil || !ended { // who was signed out meanwhile signs in: clients were told of that end
			return err
		}
		return s.moveGrants(ctx, previous, next)
	})
}

// StepUpSession is ReplaceSession for a session that must not have ended: who is signed out is not signed in again
// by a second factor. Of several at once, one replaces it.
func (s *Store) StepUpSession(ctx context.Context, previous provider.ID, next *session.Session) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.CreateSession(ctx, next); err != nil {
			return err
		}
		ended, err := s.endReplaced(ctx, previous, next)
		if err == nil && !ended {
			return provider.ErrStale
		}
		if err != nil {
			return err
		}
		return s.moveGrants(ctx, previous, next)
	})
}

// endReplaced ends the session in whose place the next one is, and tells whether it was not over. It comes before
// the grants, in the order of EndSession, which may be at work on the same rows.
func (s *Store) endReplaced(ctx context.Context, previous provider.ID, next *session.Session) (bool, error) {
	n, err := s.count(ctx, "UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL", next.SeenAt, rowID(previous))
	return n > 0, err
}

// moveGrants moves the grants to the next session. Their clients know it by the name of the first.
func (s *Store) moveGrants(ctx context.Context, previous provider.ID, next *session.Session) error {
	return s.exec(ctx, "UPDATE grants SET sid = coalesce(sid, session_id), session_id = ? WHERE session_id = ?", rowID(next.ID), rowID(previous))
}

// Session reads a session with its user.
func (s *Store) Session(ctx context.Context, id provider.ID) (*session.Session, error) {
	return s.sessionWhere(ctx, "s.id = ?", rowID(id))
}

// SessionNamed reads the session that ID tokens call by a name, with its user: the one that has the grants with this name
// now, or else the one with this id.
func (s *Store) SessionNamed(ctx context.Context, sid provider.ID) (*session.Session, error) {
	return s.sessionWhere(ctx, "s.id = coalesce((SELECT session_id FROM grants WHERE sid = ? LIMIT 1), ?)", rowID(sid), rowID(sid))
}

func (s *Store) sessionWhere(ctx context.Context, condition string, args ...any) (*session.Session, error) {
	var id rowID
	var row sessionRow
	var u userRow
	into := append(append([]any{&id}, row.into()...), u.into()...)
	err := s.row(ctx, "SELECT s.id, "+sessionColumns+", "+userColumns+`
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE `+condition, args...).Scan(into...)
	if err != nil {
		return nil, s.fault(err)
	}
	user, err := s.userOf(&u)
	if err != nil {
		return nil, err
	}
	return row.session(provider.ID(id), user), nil
}

// TouchSession updates the last use of a session.
func (s *Store) TouchSession(ctx context.Context, id provider.ID, at time.Time, by session.Browser) error {
	return s.exec(ctx, "UPDATE sessions SET seen_at = ?, seen_address = ?, user_agent = ? WHERE id = ? AND seen_at < ?",
		at, optionalText(by.Address), optionalText(by.UserAgent), rowID(id), at)
}

// EndSession ends a session, and the grants that do not outlive it, stores that clients are to be told,
// and returns those that the browser is to tell. If the session had ended before, nobody is told again.
func (s *Store) EndSession(ctx context.Context, id provider.ID, at time.Time) (parties []session.Party, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		parties = nil
		n, err := s.count(ctx, "UPDATE sessions SET ended_at = ? WHERE id = ? AND ended_at IS NULL", at, rowID(id))
		if err != nil {
			return err
		}
		if n > 0 {
			if parties, err = s.tellEnd(ctx, at, "?", rowID(id)); err != nil {
				return err
			}
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE session_id = ? AND NOT offline AND ended_at IS NULL", at, rowID(id))
	})
	return parties, err
}

// SessionHasName tells whether a client has a grant in a session whose ID tokens have another name for it than its id.
func (s *Store) SessionHasName(ctx context.Context, id provider.ID, clientID string, sid provider.ID) (bool, error) {
	var has bool
	err := s.row(ctx, "SELECT EXISTS (SELECT 1 FROM grants WHERE session_id = ? AND client_id = ? AND sid = ?)", rowID(id), clientID, rowID(sid)).Scan(&has)
	return has, s.fault(err)
}

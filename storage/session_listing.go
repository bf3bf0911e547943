package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// sessionsRead is how many sessions are read for a page of those that are live.
const sessionsRead = 4000

// Sessions pages through the sessions, newest first. Of the users it reads id, name and whether
// they are disabled.
func (s *Store) Sessions(ctx context.Context, of session.Filter, limit int) (session.Page, error) {
	var from conditions
	if !of.UserID.IsZero() {
		from.add("user_id = ?", rowID(of.UserID))
	}
	if of.Before.IsZero() {
		of.Before = lastID()
	}
	from.add("id < ?", rowID(of.Before))
	w := window{fragment: from.where(), size: limit}
	if of.Live {
		w.size = max(limit, sessionsRead)
		w.also.add("w.ended_at IS NULL AND w.expires_at > ? AND w.seen_at > ?", of.Now, of.SeenSince)
		w.also.add("(SELECT 1 FROM users u WHERE u.id = w.user_id AND NOT u.disabled) = 1")
	}
	w.text = `SELECT id, user_id, hash, auth_time, methods, seen_at, expires_at, ended_at, kept, address, seen_address, user_agent
		FROM sessions WHERE ` + w.text + " ORDER BY id DESC LIMIT ?"
	w.args = append(w.args, w.size)
	also := w.also.where()
	var rows []struct {
		Session    sessionRow `gorm:"embedded"`
		ID, UserID rowID
		Username   string
		Disabled   bool
	}
	err := s.on(ctx).Raw(`SELECT s.id, s.user_id, u.username, u.disabled, `+sessionColumns+`
		FROM (SELECT w.* FROM (`+w.text+`) w WHERE `+also.text+` ORDER BY w.id DESC LIMIT ?) s JOIN users u ON u.id = s.user_id
		ORDER BY s.id DESC`, append(append(append([]any{}, w.args...), also.args...), limit)...).Scan(&rows).Error
	if err != nil {
		return session.Page{}, s.fault(err)
	}
	page := session.Page{Sessions: make([]*session.Session, len(rows))}
	for i, r := range rows {
		r.Session.Hash = nil // only the browser's cookie needs it
		page.Sessions[i] = r.Session.session(provider.ID(r.ID), &account.User{ID: provider.ID(r.UserID), Username: r.Username, Disabled: r.Disabled})
	}
	if len(rows) == limit {
		page.Next = page.Sessions[limit-1].ID
		return page, nil
	}
	page.Next, err = s.endOf(ctx, w)
	return page, err
}

// LiveSessions counts those among the newest sessions that are live, and tells whether there are older ones.
func (s *Store) LiveSessions(ctx context.Context, now, seenSince time.Time, newest int) (live int, older bool, err error) {
	var read int
	err = s.row(ctx, `SELECT count(*), coalesce(sum(CASE WHEN ended_at IS NULL AND expires_at > ? AND seen_at > ? THEN 1 ELSE 0 END), 0)
		FROM (SELECT ended_at, expires_at, seen_at FROM sessions ORDER BY id DESC LIMIT ?) s`, now, seenSince, newest).Scan(&read, &live)
	return live, read == newest, s.fault(err)
}

// EndSessions ends all sessions of a user, and the grants that do not outlive them, and returns
// those sessions that it was the one to end.
func (s *Store) EndSessions(ctx context.Context, userID provider.ID, at time.Time) ([]provider.ID, error) {
	var ended []provider.ID
	err := s.InTx(ctx, func(ctx context.Context) error {
		var rows []rowID
		if err := s.on(ctx).Raw("UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL RETURNING id", at, rowID(userID)).Scan(&rows).Error; err != nil {
			return s.fault(err)
		}
		ended = make([]provider.ID, len(rows))
		for i, id := range rows {
			ended[i] = provider.ID(id)
		}
		if err := s.tellEnds(ctx, userID, int64(len(rows)), at); err != nil {
			return err
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND NOT offline AND ended_at IS NULL", at, rowID(userID))
	})
	return ended, err
}

// tellEnds stores that clients are to be told of the sessions of a user that have just ended.
func (s *Store) tellEnds(ctx context.Context, userID provider.ID, ended int64, at time.Time) error {
	if ended == 0 {
		return nil
	}
	_, err := s.tellEnd(ctx, at, "SELECT id FROM sessions WHERE user_id = ? AND ended_at = ?", rowID(userID), at)
	return err
}

// EndSessionsBy ends those sessions of a user in which one of the methods was given, but for one, and returns those that
// it was the one to end. With them end all grants by such a method, also those that outlive a session.
func (s *Store) EndSessionsBy(ctx context.Context, userID, but provider.ID, methods []string, at time.Time) ([]provider.ID, error) {
	args := make([]any, len(methods))
	for i, method := range methods {
		args[i] = "% " + method + " %"
	}
	by := func(column string) string {
		return "(" + strings.Repeat("' ' || "+column+" || ' ' LIKE ? OR ", len(methods)-1) + "' ' || " + column + " || ' ' LIKE ?)"
	}
	var rows []rowID
	err := s.InTx(ctx, func(ctx context.Context) error {
		rows = nil
		err := s.on(ctx).Raw("UPDATE sessions SET ended_at = ? WHERE user_id = ? AND id <> ? AND ended_at IS NULL AND "+by("methods")+" RETURNING id",
			append([]any{at, rowID(userID), rowID(but)}, args...)...).Scan(&rows).Error
		if err != nil {
			return s.fault(err)
		}
		if len(rows) > 0 {
			if err := s.tellEnds(ctx, userID, int64(len(rows)), at); err != nil {
				return err
			}
			if err := s.on(ctx).Exec("UPDATE grants SET ended_at = ? WHERE session_id IN ? AND NOT offline AND ended_at IS NULL", at, rows).Error; err != nil {
				return s.fault(err)
			}
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND (session_id IS NULL OR session_id <> ?) AND ended_at IS NULL AND "+by("amr"),
			append([]any{at, rowID(userID), rowID(but)}, args...)...)
	})
	ended := make([]provider.ID, len(rows))
	for i, id := range rows {
		ended[i] = provider.ID(id)
	}
	return ended, err
}

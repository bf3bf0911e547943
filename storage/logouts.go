package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/delivery"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

var _ logout.Store = (*Store)(nil)

type logoutRow struct {
	ID                rowID
	ClientID          string
	SID               rowID `gorm:"column:sid"`
	UserID            rowID
	Subject           string
	State             string
	Tries             int
	CreatedAt, NextAt time.Time
	TriedAt           *time.Time
	TookMs            int64
	Status            int
	Fault             string
}

const logoutColumns = "id, client_id, sid, user_id, subject, state, tries, created_at, next_at, tried_at, took_ms, status, fault"

// columns are where logoutColumns are scanned to.
func (r *logoutRow) columns() []any {
	return []any{&r.ID, &r.ClientID, &r.SID, &r.UserID, &r.Subject, &r.State, &r.Tries, &r.CreatedAt, &r.NextAt, &r.TriedAt, &r.TookMs, &r.Status, &r.Fault}
}

func (r *logoutRow) delivery() logout.Delivery {
	return logout.Delivery{
		ID: provider.ID(r.ID), ClientID: r.ClientID, SID: provider.ID(r.SID), UserID: provider.ID(r.UserID), Subject: r.Subject,
		State: logout.State(r.State), Tries: r.Tries, CreatedAt: r.CreatedAt.UTC(), NextAt: r.NextAt.UTC(),
		TriedAt: utc(r.TriedAt), Took: time.Duration(r.TookMs) * time.Millisecond, Status: r.Status, Fault: r.Fault,
	}
}

// partyRow is a client that took part in a session.
type partyRow struct {
	ClientID    string
	SID         rowID `gorm:"column:sid"`
	UserID      rowID
	Subject     optionalText
	Back, Front bool
}

// tellEnd stores the end of some sessions for the clients that are told of it by this server, and
// returns those that the browser tells. It costs one statement where there are none.
func (s *Store) tellEnd(ctx context.Context, at time.Time, sessions string, args ...any) ([]session.Party, error) {
	var rows []partyRow
	err := s.on(ctx).Raw(`SELECT g.client_id, coalesce(g.sid, g.session_id) AS sid, g.user_id, max(g.subject) AS subject, c.logout_back AS back, c.logout_front AS front
		FROM grants g JOIN clients c ON c.id = g.client_id
		WHERE g.session_id IN (`+sessions+`) AND (c.logout_back OR c.logout_front) AND NOT c.disabled
			AND g.user_id IS NOT NULL AND ' ' || g.scopes || ' ' LIKE '% openid %'
		GROUP BY g.client_id, coalesce(g.sid, g.session_id), g.user_id, c.logout_back, c.logout_front ORDER BY 2 DESC, 1`, args...).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	var told, shown []partyRow
	for _, r := range rows {
		if r.Back {
			told = append(told, r)
		}
		if r.Front {
			shown = append(shown, r)
		}
	}
	for len(told) > 0 {
		batch := told[:min(len(told), rowsAtOnce)]
		told = told[len(batch):]
		if err := s.addLogouts(ctx, at, batch); err != nil {
			return nil, err
		}
	}
	parties := make([]session.Party, len(shown))
	for i, r := range shown {
		parties[i] = session.Party{ClientID: r.ClientID, SID: provider.ID(r.SID)}
	}
	return parties, nil
}

func (s *Store) addLogouts(ctx context.Context, at time.Time, parties []partyRow) error {
	args := make([]any, 0, 8*len(parties))
	for _, p := range parties {
		args = append(args, logoutID(at, p), p.ClientID, p.SID, p.UserID, string(p.Subject), string(logout.Pending), at, at)
	}
	const one = "(?, ?, ?, ?, ?, ?, 0, ?, ?)"
	return s.exec(ctx, "INSERT INTO logouts (id, client_id, sid, user_id, subject, state, tries, created_at, next_at) VALUES "+
		one+strings.Repeat(", "+one, len(parties)-1)+" ON CONFLICT (id) DO NOTHING", args...)
}

// logoutID is the id of what a client is told. A session ends once, so what ended and when make it
// unique.
func logoutID(at time.Time, p partyRow) rowID {
	sum := sha256.Sum256(append(p.SID[:], p.ClientID...))
	return rowID(provider.NewID(at, bytes.NewReader(sum[:])))
}

// waitingRow is a client for which something is stored, and since when it is due; nil: it is not yet.
type waitingRow struct {
	ClientID string
	Due      *time.Time
	Trust    string
}

// DueLogouts looks at a number of clients after the given one for which something is stored, and returns
// those that have something due, the one that has waited longest first, and the last that it has looked
// at; empty: there are no more. It goes from client to client in an index, however much waits for one.
func (s *Store) DueLogouts(ctx context.Context, now time.Time, after string, limit int) (due []delivery.Receiver[string], last string, err error) {
	var rows []waitingRow
	err = s.on(ctx).Raw(`WITH RECURSIVE waiting(client_id, n) AS (
			SELECT (SELECT min(client_id) FROM logouts WHERE state = 'pending' AND client_id > ?), 1
			UNION ALL SELECT (SELECT min(client_id) FROM logouts WHERE state = 'pending' AND client_id > w.client_id), n + 1
				FROM waiting w WHERE w.client_id IS NOT NULL AND n < ?)
		SELECT client_id, (SELECT next_at FROM logouts l WHERE l.client_id = w.client_id AND state = 'pending' AND next_at <= ? ORDER BY next_at LIMIT 1) AS due,
			coalesce((SELECT trust FROM clients c WHERE c.id = w.client_id), '') AS trust
		FROM waiting w WHERE client_id IS NOT NULL ORDER BY n`, after, limit, now).Scan(&rows).Error
	if err != nil {
		return nil, "", s.fault(err)
	}
	if len(rows) == limit {
		last = rows[limit-1].ClientID
	}
	rows = slices.DeleteFunc(rows, func(r waitingRow) bool { return r.Due == nil })
	slices.SortStableFunc(rows, func(a, b waitingRow) int { return a.Due.Compare(*b.Due) })
	for _, r := range rows {
		due = append(due, delivery.Receiver[string]{Key: r.ClientID, Unproven: client.Trust(r.Trust) == client.Unverified})
	}
	return due, last, nil
}

// LogoutsDueSince is when the oldest delivery that nobody has begun to send became due; nil: there is none.
func (s *Store) LogoutsDueSince(ctx context.Context, now time.Time) (*time.Time, error) {
	var rows []time.Time
	err := s.on(ctx).Raw("SELECT next_at FROM logouts WHERE state = 'pending' AND next_at <= ? ORDER BY next_at LIMIT 1", now).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, s.fault(err)
	}
	return utc(&rows[0]), nil
}

// ClaimLogout claims the next delivery to a client until a time. It is one conditional change, so that of
// any number of processes one has it; provider.ErrNotFound: none is due.
func (s *Store) ClaimLogout(ctx context.Context, clientID string, now, until time.Time) (logout.Delivery, error) {
	var r logoutRow
	err := s.InTx(ctx, func(ctx context.Context) error {
		return s.fault(s.row(ctx, `UPDATE logouts SET tries = tries + 1, next_at = ? WHERE state = 'pending' AND next_at <= ? AND id =
			(SELECT id FROM logouts WHERE client_id = ? AND state = 'pending' AND next_at <= ? ORDER BY next_at LIMIT 1`+s.dialect.locking("FOR UPDATE SKIP LOCKED")+`)
			RETURNING `+logoutColumns, until, now, clientID, now).Scan(r.columns()...))
	})
	return r.delivery(), err
}

// SettleLogout stores the outcome of an attempt. That it was delivered counts whoever has claimed it since.
func (s *Store) SettleLogout(ctx context.Context, d logout.Delivery) error {
	statement := "UPDATE logouts SET state = ?, next_at = ?, tried_at = ?, took_ms = ?, status = ?, fault = ? WHERE id = ? AND state = 'pending'"
	args := []any{string(d.State), d.NextAt, d.TriedAt, d.Took.Milliseconds(), d.Status, d.Fault, rowID(d.ID)}
	if d.State != logout.Delivered {
		statement, args = statement+" AND tries = ?", append(args, d.Tries)
	}
	return s.retry(ctx, func() error { return s.exec(ctx, statement, args...) })
}

// Logouts lists the deliveries of a filter, the newest first.
func (s *Store) Logouts(ctx context.Context, of logout.Filter, limit int) ([]logout.Delivery, error) {
	query := s.on(ctx).Table("logouts").Select(logoutColumns).Order("id DESC").Limit(limit)
	if of.ClientID != "" {
		query = query.Where("client_id = ?", of.ClientID)
	}
	switch of.State {
	case "":
	case logout.Failed:
		query = query.Where("state = 'failed'") // in these words, or SQLite would not use the partial index
	default:
		query = query.Where("state = ?", string(of.State))
	}
	if !of.Before.IsZero() {
		query = query.Where("id < ?", rowID(of.Before))
	}
	var rows []logoutRow
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]logout.Delivery, len(rows))
	for i := range rows {
		list[i] = rows[i].delivery()
	}
	return list, nil
}

func logoutDeliveries() deliveries {
	return deliveries{table: "logouts", receiver: "client_id", ended: "'failed'"}
}

// RedeliverLogout is part of logout.Store.
func (s *Store) RedeliverLogout(ctx context.Context, clientID string, id provider.ID, at, before time.Time) error {
	return s.redeliver(ctx, logoutDeliveries(), clientID, id, at, before)
}

// RedeliverFailedLogouts is part of logout.Store.
func (s *Store) RedeliverFailedLogouts(ctx context.Context, clientID string, since, at time.Time) (int64, error) {
	return s.redeliverFailed(ctx, logoutDeliveries(), clientID, since, at)
}

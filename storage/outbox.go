package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

type messageRow struct {
	ID                 rowID
	Channel, Recipient string
	RecipientKey       string
	RecipientNo        int64
	UserID             optionalID
	UserNo             *int64
	Kind, Locale       string
	VerificationID     optionalID
	Data, State        string
	Tries              int
	Fault              string
	CreatedAt, NextAt  time.Time
}

const messageColumns = "id, channel, recipient, recipient_key, recipient_no, user_id, user_no, kind, locale, verification_id, data, state, tries, fault, created_at, next_at"

// columns are where messageColumns are scanned to.
func (r *messageRow) columns() []any {
	return []any{
		&r.ID, &r.Channel, &r.Recipient, &r.RecipientKey, &r.RecipientNo, &r.UserID, &r.UserNo, &r.Kind, &r.Locale, &r.VerificationID,
		&r.Data, &r.State, &r.Tries, &r.Fault, &r.CreatedAt, &r.NextAt,
	}
}

func (r *messageRow) message() (notify.Stored, error) {
	m := notify.Stored{
		Message: notify.Message{
			ID: provider.ID(r.ID), Channel: notify.Channel(r.Channel), To: r.Recipient, Kind: notify.Kind(r.Kind), UserID: provider.ID(r.UserID),
			Locale: r.Locale, Verification: provider.ID(r.VerificationID), Silent: r.State == string(notify.Silent), CreatedAt: r.CreatedAt.UTC(),
		},
		Key: r.RecipientKey, AddressNumber: r.RecipientNo, State: notify.State(r.State), Tries: r.Tries, Fault: r.Fault, NextAt: r.NextAt.UTC(),
	}
	if r.UserNo != nil {
		m.UserNumber = *r.UserNo
	}
	if err := json.Unmarshal([]byte(r.Data), &m.Data); err != nil {
		return m, fmt.Errorf("storage: message %s: %w", m.ID, err)
	}
	return m, nil
}

// AddMessage stores a message, unless its number of the address or of the user is taken: then it
// returns provider.ErrConflict, and the transaction goes on.
func (s *Store) AddMessage(ctx context.Context, m notify.Stored) error {
	data, err := json.Marshal(m.Data)
	if err != nil {
		return fmt.Errorf("storage: message %s: %w", m.ID, err)
	}
	var user *int64
	if m.UserNumber > 0 {
		user = &m.UserNumber
	}
	n, err := s.count(ctx, "INSERT INTO outbox ("+messageColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		rowID(m.ID), string(m.Channel), m.To, m.Key, m.AddressNumber, optionalID(m.UserID), user, string(m.Kind), m.Locale, optionalID(m.Verification),
		string(data), string(m.State), m.Tries, m.Fault, m.CreatedAt, m.NextAt)
	if err == nil && n == 0 {
		return provider.ErrConflict
	}
	return err
}

// LatestMessages are those to an address and to a user, the latest first, up to a number each.
func (s *Store) LatestMessages(ctx context.Context, key string, user provider.ID, limit int) (address, account notify.Numbered, err error) {
	if address, err = s.latest(ctx, "recipient_no AS no, recipient_key AS key, created_at FROM outbox WHERE recipient_key = ? ORDER BY recipient_no DESC", key, limit); err != nil {
		return address, account, err
	}
	account, err = s.latest(ctx, "user_no AS no, recipient_key AS key, created_at FROM outbox WHERE user_id = ? AND user_no IS NOT NULL ORDER BY user_no DESC", rowID(user), limit)
	return address, account, err
}

func (s *Store) latest(ctx context.Context, query string, of any, limit int) (notify.Numbered, error) {
	var rows []struct {
		No        int64
		Key       string
		CreatedAt time.Time
	}
	if err := s.on(ctx).Raw("SELECT "+query+" LIMIT ?", of, limit).Scan(&rows).Error; err != nil {
		return notify.Numbered{}, s.fault(err)
	}
	var n notify.Numbered
	for i, r := range rows {
		if i == 0 {
			n.Last = r.No
		}
		n.Times, n.Keys = append(n.Times, r.CreatedAt.UTC()), append(n.Keys, r.Key)
	}
	return n, nil
}

// smsTurns is the number of the transactions that count SMS.
const smsTurns = 7_266_421_305

// NthSMS is when the n-th latest SMS since a time was stored that is not silent; zero: there are fewer.
// Keys begin with a prefix. Transactions count one after the other: two would else find the same room.
func (s *Store) NthSMS(ctx context.Context, prefix string, since time.Time, n int) (at time.Time, err error) {
	if turns := s.dialect.turns(); turns != "" {
		if err := s.exec(ctx, turns, int64(smsTurns)); err != nil {
			return at, err
		}
	}
	err = s.row(ctx, "SELECT created_at FROM outbox WHERE id >= ? AND channel = 'sms' AND state <> 'silent' AND recipient_key LIKE ? AND created_at > ? ORDER BY id DESC LIMIT 1 OFFSET ?",
		rowID(provider.FirstID(since)), prefix+"%", since, n-1).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return at.UTC(), s.fault(err)
}

// Messages lists those that are not silent, the newest first.
func (s *Store) Messages(ctx context.Context, limit int) ([]notify.Stored, error) {
	return s.messages(ctx, "state <> 'silent' ORDER BY id DESC LIMIT ?", limit)
}

// ListMessages pages through those of a filter, the newest first.
func (s *Store) ListMessages(ctx context.Context, of notify.Filter, limit int) ([]notify.Stored, error) {
	where, args := "state <> 'silent'", []any{}
	if of.Channel != "" {
		where, args = where+" AND channel = ?", append(args, string(of.Channel))
	}
	switch of.State {
	case "":
	case notify.Waiting, notify.Failed, notify.Dropped:
		// In these words, or SQLite would not use the partial index of what is not sent.
		where, args = where+" AND state IN ('waiting', 'failed', 'dropped') AND state = ?", append(args, string(of.State))
	default:
		where, args = where+" AND state = ?", append(args, string(of.State))
	}
	if !of.Before.IsZero() {
		where, args = where+" AND id < ?", append(args, rowID(of.Before))
	}
	return s.messages(ctx, where+" ORDER BY id DESC LIMIT ?", append(args, limit)...)
}

// MessagesAbout are those about a user, the newest first.
func (s *Store) MessagesAbout(ctx context.Context, userID provider.ID, limit int) ([]notify.Stored, error) {
	return s.messages(ctx, "user_id = ? AND state <> 'silent' ORDER BY id DESC LIMIT ?", rowID(userID), limit)
}

// MessagesTo are those with one of the keys and of one of the verifications, the oldest first. The index of the
// keys serves.
func (s *Store) MessagesTo(ctx context.Context, keys []string, verifications []provider.ID) ([]notify.Stored, error) {
	ids := make([]rowID, len(verifications))
	for n, id := range verifications {
		ids[n] = rowID(id)
	}
	return s.messages(ctx, "recipient_key IN ? AND verification_id IN ? ORDER BY id", keys, ids)
}

func (s *Store) messages(ctx context.Context, where string, args ...any) ([]notify.Stored, error) {
	var rows []messageRow
	err := s.on(ctx).Raw("SELECT "+messageColumns+" FROM outbox WHERE "+where, args...).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	messages := make([]notify.Stored, len(rows))
	for i := range rows {
		if messages[i], err = rows[i].message(); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

var (
	_ registration.Store      = (*Store)(nil)
	_ registration.TokenStore = (*Store)(nil)
)

// AddRegistration is part of registration.Store.
func (s *Store) AddRegistration(ctx context.Context, k registration.Kept) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, `INSERT INTO client_registrations (client_id, token_hash, initial_token_id, created_at, due_at, document_hash, document_read_at, document_fresh_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			k.ClientID, k.Hash, optionalID(k.InitialToken), k.CreatedAt, k.DueAt, k.Document.Hash, k.Document.ReadAt, k.Document.FreshUntil)
	})
}

// Registration is part of registration.Store.
func (s *Store) Registration(ctx context.Context, clientID string) (*registration.Kept, error) {
	k := registration.Kept{ClientID: clientID}
	var initial optionalID
	err := s.row(ctx, `SELECT r.token_hash, r.previous_hash, r.previous_until, r.initial_token_id, coalesce(t.label, ''), r.created_at, r.due_at,
			r.document_hash, r.document_read_at, r.document_fresh_until
		FROM client_registrations r LEFT JOIN initial_access_tokens t ON t.id = r.initial_token_id WHERE r.client_id = ?`, clientID).
		Scan(&k.Hash, &k.Previous, &k.PreviousUntil, &initial, &k.Label, &k.CreatedAt, &k.DueAt, &k.Document.Hash, &k.Document.ReadAt, &k.Document.FreshUntil)
	if err != nil {
		return nil, s.fault(err)
	}
	k.InitialToken, k.CreatedAt, k.DueAt, k.PreviousUntil = provider.ID(initial), k.CreatedAt.UTC(), utc(k.DueAt), utc(k.PreviousUntil)
	k.Document.ReadAt, k.Document.FreshUntil = utc(k.Document.ReadAt), utc(k.Document.FreshUntil)
	return &k, nil
}

// RegisteredItself is part of client.Store.
func (s *Store) RegisteredItself(ctx context.Context, id string) (did bool, err error) {
	err = s.row(ctx, "SELECT EXISTS (SELECT 1 FROM client_registrations WHERE client_id = ?)", id).Scan(&did)
	return did, s.fault(err)
}

// KeepDocument is part of registration.Store.
func (s *Store) KeepDocument(ctx context.Context, clientID string, d registration.Document) error {
	return s.retry(ctx, func() error {
		return s.change(ctx, "UPDATE client_registrations SET document_hash = ?, document_read_at = ?, document_fresh_until = ? WHERE client_id = ?", d.Hash, d.ReadAt, d.FreshUntil, clientID)
	})
}

// ReplaceToken is part of registration.Store.
func (s *Store) ReplaceToken(ctx context.Context, clientID string, hash, previous []byte, previousUntil time.Time) error {
	return s.retry(ctx, func() error {
		return s.change(ctx, "UPDATE client_registrations SET token_hash = ?, previous_hash = ?, previous_until = ? WHERE client_id = ?", hash, previous, previousUntil, clientID)
	})
}

// EndPreviousToken is part of registration.Store.
func (s *Store) EndPreviousToken(ctx context.Context, clientID string, hash []byte) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "UPDATE client_registrations SET previous_hash = NULL, previous_until = NULL WHERE client_id = ? AND token_hash = ?", clientID, hash)
	})
}

// OperatorNames is part of registration.Store.
func (s *Store) OperatorNames(ctx context.Context, most int) ([]string, error) {
	var names []string
	return names, s.fault(s.on(ctx).Raw("SELECT name FROM clients WHERE trust = '' ORDER BY id LIMIT ?", most).Scan(&names).Error)
}

// LockDueRegistrations is part of registration.Store. What is used is read after the lock: an approval that
// was in progress holds the client until it is committed, and is then seen.
func (s *Store) LockDueRegistrations(ctx context.Context, now time.Time, limit int) ([]registration.Due, error) {
	var ids []string
	err := s.on(ctx).Raw(`SELECT c.id FROM clients c WHERE c.id IN
		(SELECT client_id FROM client_registrations WHERE due_at <= ? ORDER BY due_at LIMIT ?)`+s.dialect.locking("FOR UPDATE SKIP LOCKED"), now, limit).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, s.fault(err)
	}
	var rows []struct {
		ID, Trust         string
		Disabled, Granted bool
	}
	err = s.on(ctx).Raw(`SELECT c.id, c.trust, c.disabled, EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id) AS granted FROM clients c WHERE c.id IN ?`, ids).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	used, err := s.lastUses(ctx, ids)
	if err != nil {
		return nil, err
	}
	due := make([]registration.Due, len(rows))
	for i, r := range rows {
		due[i] = registration.Due{ClientID: r.ID, Trust: client.Trust(r.Trust), Disabled: r.Disabled, Granted: r.Granted, UsedAt: used[r.ID]}
	}
	return due, nil
}

// lastUses are when somebody signed in to the clients the last time, of those to which somebody did. It is the time of a
// row, and not the maximum, which is a text on SQLite.
func (s *Store) lastUses(ctx context.Context, ids []string) (map[string]*time.Time, error) {
	rows, err := s.on(ctx).Raw(`SELECT c.id, u.signed_in_at FROM clients c JOIN client_uses u ON u.client_id = c.id AND u.user_id =
		(SELECT l.user_id FROM client_uses l WHERE l.client_id = c.id ORDER BY l.signed_in_at DESC LIMIT 1) WHERE c.id IN ?`, ids).Rows()
	if err != nil {
		return nil, s.fault(err)
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	used := map[string]*time.Time{}
	for rows.Next() {
		var id string
		var at time.Time
		if err := rows.Scan(&id, &at); err != nil {
			return nil, s.fault(err)
		}
		used[id] = utc(&at)
	}
	return used, s.fault(rows.Err())
}

// DeferRegistrations is part of registration.Store.
func (s *Store) DeferRegistrations(ctx context.Context, clientIDs []string, due time.Time) error {
	return s.fault(s.on(ctx).Exec("UPDATE client_registrations SET due_at = ? WHERE client_id IN ?", due, clientIDs).Error)
}

const initialTokenColumns = "id, hash, label, scopes, redirect_hosts, audience, vouches, max_uses, used, created_at, expires_at, revoked_at" //nolint:gosec // names of columns

func scanInitialToken(scan func(into ...any) error) (registration.InitialToken, error) {
	var t registration.InitialToken
	var id rowID
	var scopes, hosts, audience list
	err := scan(&id, &t.Hash, &t.Label, &scopes, &hosts, &audience, &t.Vouches, &t.MaxUses, &t.Used, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt)
	t.ID, t.Scopes, t.Hosts, t.Audience = provider.ID(id), scopes, hosts, audience
	t.CreatedAt, t.ExpiresAt, t.RevokedAt = t.CreatedAt.UTC(), t.ExpiresAt.UTC(), utc(t.RevokedAt)
	return t, err
}

// AddInitialToken is part of registration.TokenStore.
func (s *Store) AddInitialToken(ctx context.Context, t registration.InitialToken) error {
	return s.retry(ctx, func() error {
		return s.exec(ctx, "INSERT INTO initial_access_tokens ("+initialTokenColumns+") VALUES (?"+strings.Repeat(", ?", 11)+")",
			rowID(t.ID), t.Hash, t.Label, list(t.Scopes), list(t.Hosts), list(t.Audience), t.Vouches, t.MaxUses, t.Used, t.CreatedAt, t.ExpiresAt, t.RevokedAt)
	})
}

// InitialToken is part of registration.TokenStore.
func (s *Store) InitialToken(ctx context.Context, id provider.ID) (*registration.InitialToken, error) {
	t, err := scanInitialToken(s.row(ctx, "SELECT "+initialTokenColumns+" FROM initial_access_tokens WHERE id = ?", rowID(id)).Scan)
	if err != nil {
		return nil, s.fault(err)
	}
	return &t, nil
}

// InitialTokens is part of registration.TokenStore.
func (s *Store) InitialTokens(ctx context.Context, after provider.ID, limit int) (tokens []registration.InitialToken, err error) {
	rows, err := s.on(ctx).Raw("SELECT "+initialTokenColumns+" FROM initial_access_tokens WHERE id > ? ORDER BY id LIMIT ?", rowID(after), limit).Rows()
	if err != nil {
		return nil, s.fault(err)
	}
	defer func() { _ = rows.Close() }() // Err has what went wrong
	for rows.Next() {
		t, err := scanInitialToken(rows.Scan)
		if err != nil {
			return nil, s.fault(err)
		}
		tokens = append(tokens, t)
	}
	return tokens, s.fault(rows.Err())
}

// UseInitialToken is part of registration.TokenStore. It is one statement, so that of any number of clients
// at once no more than the maximum register.
func (s *Store) UseInitialToken(ctx context.Context, id provider.ID, now time.Time) error {
	return s.retry(ctx, func() error {
		return s.change(ctx, `UPDATE initial_access_tokens SET used = used + 1
			WHERE id = ? AND revoked_at IS NULL AND expires_at > ? AND (max_uses = 0 OR used < max_uses)`, rowID(id), now)
	})
}

// RevokeInitialToken is part of registration.TokenStore.
func (s *Store) RevokeInitialToken(ctx context.Context, id provider.ID, now time.Time) error {
	return s.retry(ctx, func() error {
		return s.change(ctx, "UPDATE initial_access_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, rowID(id))
	})
}

package storage

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Standing reads, in one statement, whether a user may use a client and the user's remembered
// consent for it. Nobody may use a deleted client.
func (s *Store) Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error) {
	var may bool
	var scopes, claims, audience optionalText
	err := s.fault(s.row(ctx, "SELECT "+mayUse+`?), c.scopes, c.claims, c.audience
		FROM clients k LEFT JOIN user_consents c ON c.client_id = k.id AND c.user_id = ? WHERE k.id = ?`,
		rowID(userID), rowID(userID), clientID).Scan(&may, &scopes, &claims, &audience))
	if errors.Is(err, provider.ErrNotFound) {
		return consent.Standing{}, nil
	}
	return consent.Standing{MayUse: may, Remembered: consent.Agreement{
		Scopes: strings.Fields(string(scopes)), Claims: strings.Fields(string(claims)), Audience: strings.Fields(string(audience)),
	}}, err
}

// Remember replaces the user's remembered consent for a client.
func (s *Store) Remember(ctx context.Context, userID provider.ID, clientID string, a consent.Agreement, at time.Time) error {
	return s.exec(ctx, `INSERT INTO user_consents (user_id, client_id, scopes, claims, audience, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (user_id, client_id) DO UPDATE SET scopes = excluded.scopes, claims = excluded.claims, audience = excluded.audience, updated_at = excluded.updated_at`,
		rowID(userID), clientID, list(a.Scopes), list(a.Claims), list(a.Audience), at)
}

// Consents lists the user's remembered consents, by client.
func (s *Store) Consents(ctx context.Context, userID provider.ID) ([]consent.Remembered, error) {
	var rows []struct {
		ClientID  string
		Name      string
		Scopes    list
		Claims    list
		Audience  list
		UpdatedAt time.Time
	}
	err := s.on(ctx).Raw(`SELECT c.client_id, a.name, c.scopes, c.claims, c.audience, c.updated_at FROM user_consents c JOIN clients a ON a.id = c.client_id
		WHERE c.user_id = ? ORDER BY c.client_id`, rowID(userID)).Scan(&rows).Error
	remembered := make([]consent.Remembered, len(rows))
	for i, r := range rows {
		remembered[i] = consent.Remembered{
			Agreement: consent.Agreement{Scopes: r.Scopes, Claims: r.Claims, Audience: r.Audience},
			ClientID:  r.ClientID, ClientName: r.Name, UpdatedAt: r.UpdatedAt.UTC(),
		}
	}
	return remembered, s.fault(err)
}

// WithdrawConsent deletes the user's consent for a client and ends everything issued under it, in
// one transaction. An approval in progress either commits before and is ended too, or finds another
// generation and fails. It returns provider.ErrNotFound when there is neither consent nor grant.
func (s *Store) WithdrawConsent(ctx context.Context, userID provider.ID, clientID string, at time.Time) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.change(ctx, "UPDATE users SET generation = generation + 1 WHERE id = ?", rowID(userID)); err != nil {
			return err
		}
		forgotten, err := s.count(ctx, "DELETE FROM user_consents WHERE user_id = ? AND client_id = ?", rowID(userID), clientID)
		if err != nil {
			return err
		}
		ended, err := s.count(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND client_id = ? AND ended_at IS NULL", at, rowID(userID), clientID)
		if err != nil {
			return err
		}
		if forgotten+ended == 0 {
			return provider.ErrNotFound
		}
		return nil
	})
}

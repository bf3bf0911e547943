package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Standing reads, in one statement, whether a user may use a client and what the user told
// us to remember for it.
func (s *Store) Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error) {
	var restricted, named bool
	var scopes, claims, audience optionalText
	err := s.row(ctx, `SELECT EXISTS (SELECT 1 FROM client_users WHERE client_id = ?),
			EXISTS (SELECT 1 FROM client_users WHERE client_id = ? AND user_id = ?),
			c.scopes, c.claims, c.audience
		FROM (SELECT 1) one LEFT JOIN user_consents c ON c.user_id = ? AND c.client_id = ?`,
		clientID, clientID, rowID(userID), rowID(userID), clientID).Scan(&restricted, &named, &scopes, &claims, &audience)
	return consent.Standing{MayUse: !restricted || named, Remembered: consent.Agreement{
		Scopes: strings.Fields(string(scopes)), Claims: strings.Fields(string(claims)), Audience: strings.Fields(string(audience)),
	}}, s.fault(err)
}

// Remember replaces what a user agreed to for a client.
func (s *Store) Remember(ctx context.Context, userID provider.ID, clientID string, a consent.Agreement, at time.Time) error {
	return s.exec(ctx, `INSERT INTO user_consents (user_id, client_id, scopes, claims, audience, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (user_id, client_id) DO UPDATE SET scopes = excluded.scopes, claims = excluded.claims, audience = excluded.audience, updated_at = excluded.updated_at`,
		rowID(userID), clientID, list(a.Scopes), list(a.Claims), list(a.Audience), at)
}

// AllowUser lets a user use a client, which from then on is for named users only.
func (s *Store) AllowUser(ctx context.Context, clientID string, userID provider.ID) error {
	return s.exec(ctx, "INSERT INTO client_users (client_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", clientID, rowID(userID))
}

// DisallowUser takes that back. The last one leaves the client to everybody.
func (s *Store) DisallowUser(ctx context.Context, clientID string, userID provider.ID) error {
	return s.change(ctx, "DELETE FROM client_users WHERE client_id = ? AND user_id = ?", clientID, rowID(userID))
}

// AllowedUsers lists the names of those who may use a client; none means everybody.
func (s *Store) AllowedUsers(ctx context.Context, clientID string) ([]string, error) {
	var names []string
	err := s.on(ctx).Raw("SELECT u.username FROM client_users c JOIN users u ON u.id = c.user_id WHERE c.client_id = ? ORDER BY 1", clientID).Scan(&names).Error
	return names, s.fault(err)
}

// Consents lists what a user agreed to and wanted remembered, by client.
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

// WithdrawConsent forgets what a user agreed to for a client and ends all that was issued
// under it, in the same moment. An approval under way either comes before, and ends too, or
// finds another generation. It returns provider.ErrNotFound when there is neither.
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

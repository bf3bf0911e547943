package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Standing reads, in one statement, whether a user may use a client and the user's remembered
// consent for it. Nobody may use a deleted client.
func (s *Store) Standing(ctx context.Context, userID provider.ID, clientID string) (consent.Standing, error) {
	var may bool
	var c consentColumns
	err := s.fault(s.row(ctx, "SELECT "+mayUse("u.id")+`, c.agreed, c.scopes, c.claims, c.audience
		FROM clients k LEFT JOIN users u ON u.id = ? LEFT JOIN user_consents c ON c.client_id = k.id AND c.user_id = u.id WHERE k.id = ?`,
		rowID(userID), clientID).Scan(&may, &c.Agreed, &c.Scopes, &c.Claims, &c.Audience))
	if errors.Is(err, provider.ErrNotFound) {
		return consent.Standing{}, nil
	}
	if err != nil {
		return consent.Standing{}, err
	}
	remembered, err := c.remembered()
	return consent.Standing{MayUse: may, Remembered: remembered, Version: string(c.Agreed)}, err
}

// consentColumns are those of what was agreed to; NULL where there is no row.
type consentColumns struct {
	Agreed, Scopes, Claims, Audience optionalText
}

func (c consentColumns) remembered() (consent.Remembered, error) {
	switch {
	case c.Agreed != "":
		var r consent.Remembered
		if err := json.Unmarshal([]byte(c.Agreed), &r); err != nil {
			return nil, fmt.Errorf("storage: remembered consent: %w", err)
		}
		return r, nil
	case c.Audience != "":
		// The previous version took the scopes and resources of several agreements together: which
		// belong to each other is unknown, and the user is asked again.
		return nil, nil
	case c.Scopes != "" || c.Claims != "":
		return consent.Remembered{}.And(consent.Agreement{Scopes: strings.Fields(string(c.Scopes)), Claims: strings.Fields(string(c.Claims))}), nil
	default:
		return nil, nil
	}
}

// Remember replaces the user's remembered consent for a client, which was before as Standing read it;
// after a concurrent change the transaction is repeated, or one of two agreements would be lost. The
// columns that the previous
// version reads have only what was agreed to for no resource in particular: it would take several
// resources for all combinations.
func (s *Store) Remember(ctx context.Context, userID provider.ID, clientID, before string, r consent.Remembered, at time.Time) error {
	agreed, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("storage: remembered consent: %w", err)
	}
	general := r.WithoutAudience()
	n, err := s.count(ctx, `INSERT INTO user_consents (user_id, client_id, agreed, scopes, claims, audience, updated_at) VALUES (?, ?, ?, ?, ?, '', ?)
		ON CONFLICT (user_id, client_id) DO UPDATE SET agreed = excluded.agreed, scopes = excluded.scopes, claims = excluded.claims, audience = '', updated_at = excluded.updated_at
		WHERE user_consents.agreed = ?`,
		rowID(userID), clientID, string(agreed), list(general.Scopes), list(general.Claims), at, before)
	if err == nil && n == 0 {
		return errAgain
	}
	return err
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
		// What was counted is of the access that ends.
		return s.exec(ctx, "DELETE FROM client_uses WHERE user_id = ? AND client_id = ?", rowID(userID), clientID)
	})
}

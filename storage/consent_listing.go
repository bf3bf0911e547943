package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Consents pages through the remembered consents, by user and client.
func (s *Store) Consents(ctx context.Context, of consent.Filter, limit int) ([]consent.ClientConsent, error) {
	query := s.on(ctx).Table("user_consents c").Joins("JOIN clients a ON a.id = c.client_id JOIN users u ON u.id = c.user_id").
		Select("c.user_id, u.username, c.client_id, a.name, c.agreed, c.scopes, c.claims, c.audience, c.updated_at").
		Order("c.user_id, c.client_id").Limit(limit)
	if !of.UserID.IsZero() {
		query = query.Where("c.user_id = ?", rowID(of.UserID))
	}
	if of.ClientID != "" {
		query = query.Where("c.client_id = ?", of.ClientID)
	}
	switch {
	case of.AfterClient == "":
	case !of.UserID.IsZero():
		query = query.Where("c.client_id > ?", of.AfterClient)
	case of.ClientID != "":
		query = query.Where("c.user_id > ?", rowID(of.AfterUser))
	default:
		query = query.Where("(c.user_id, c.client_id) > (?, ?)", rowID(of.AfterUser), of.AfterClient)
	}
	var rows []struct {
		UserID    rowID
		Username  string
		ClientID  string
		Name      string
		Columns   consentColumns `gorm:"embedded"`
		UpdatedAt time.Time
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]consent.ClientConsent, len(rows))
	for i, r := range rows {
		remembered, err := r.Columns.remembered()
		if err != nil {
			return nil, err
		}
		list[i] = consent.ClientConsent{
			Remembered: remembered, UserID: provider.ID(r.UserID), Username: r.Username, ClientID: r.ClientID, ClientName: r.Name, UpdatedAt: r.UpdatedAt.UTC(),
		}
	}
	return list, nil
}

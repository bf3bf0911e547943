package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

type foreignKeyRow struct {
	KID       string `gorm:"column:kid"`
	JWK       string `gorm:"column:jwk"`
	CreatedAt time.Time
	GoneAt    time.Time
}

func (foreignKeyRow) TableName() string { return "imported_signing_keys" }

// ForeignKeys reads the public keys of other servers.
func (s *Store) ForeignKeys(ctx context.Context) ([]keys.ForeignRow, error) {
	var rows []foreignKeyRow
	if err := s.on(ctx).Order("kid").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]keys.ForeignRow, len(rows))
	for i, r := range rows {
		list[i] = keys.ForeignRow{KID: r.KID, JWK: r.JWK, CreatedAt: r.CreatedAt.UTC(), GoneAt: r.GoneAt.UTC()}
	}
	return list, nil
}

// AddForeignKeys stores public keys of another server.
func (s *Store) AddForeignKeys(ctx context.Context, list []keys.ForeignRow) error {
	rows := make([]foreignKeyRow, len(list))
	for i, k := range list {
		rows[i] = foreignKeyRow(k)
	}
	return s.changeCatalogue(ctx, func(ctx context.Context) error { return s.fault(s.on(ctx).Create(&rows).Error) })
}

// RemoveForeignKey ends the publication of a key of another server.
func (s *Store) RemoveForeignKey(ctx context.Context, kid string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		return s.change(ctx, "DELETE FROM imported_signing_keys WHERE kid = ?", kid)
	})
}

package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/keys"
)

type signingKeyRow struct {
	KID        string `gorm:"column:kid"`
	Algorithm  string
	Sealed     []byte
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	ActiveFrom time.Time
}

func (signingKeyRow) TableName() string { return "signing_keys" }

// SigningKeys reads every signing key.
func (s *Store) SigningKeys(ctx context.Context) ([]keys.Row, error) {
	var rows []signingKeyRow
	if err := s.on(ctx).Order("kid").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]keys.Row, len(rows))
	for i, r := range rows {
		list[i] = keys.Row{
			KID: r.KID, Algorithm: keys.Algorithm(r.Algorithm), Sealed: r.Sealed,
			CreatedAt: r.CreatedAt.UTC(), ActiveFrom: r.ActiveFrom.UTC(),
		}
	}
	return list, nil
}

// AddSigningKey stores a new signing key.
func (s *Store) AddSigningKey(ctx context.Context, k keys.Row) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		row := signingKeyRow{k.KID, string(k.Algorithm), k.Sealed, k.CreatedAt, k.ActiveFrom}
		return s.fault(s.on(ctx).Create(&row).Error)
	})
}

// RemoveSigningKeys removes the keys whose successor took over before the given time, and
// counts them.
func (s *Store) RemoveSigningKeys(ctx context.Context, before time.Time) (int64, error) {
	return s.count(ctx, `DELETE FROM signing_keys WHERE EXISTS (SELECT 1 FROM signing_keys successor
		WHERE successor.algorithm = signing_keys.algorithm AND successor.active_from > signing_keys.active_from
		AND successor.active_from < ?)`, before)
}

package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

type dataKeyRow struct {
	Purpose  string
	KeyID    int16
	Sealed   []byte
	SealedBy string
	// CreatedAt is ActiveFrom: before rotation was introduced the two were the same.
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

func (dataKeyRow) TableName() string { return "keyring" }

// DataKeys reads the sealed data keys.
func (s *Store) DataKeys(ctx context.Context) ([]keyring.Row, error) {
	var rows []dataKeyRow
	if err := s.on(ctx).Order("purpose, key_id").Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	keys := make([]keyring.Row, len(rows))
	for i, r := range rows {
		keys[i] = keyring.Row{
			Purpose: keyring.Purpose(r.Purpose), KeyID: byte(r.KeyID), //nolint:gosec // written from a byte
			Sealed: r.Sealed, SealedBy: r.SealedBy, ActiveFrom: r.CreatedAt.UTC(),
		}
	}
	return keys, nil
}

// AddDataKey stores a new data key.
func (s *Store) AddDataKey(ctx context.Context, k keyring.Row) error {
	row := dataKeyRow{string(k.Purpose), int16(k.KeyID), k.Sealed, k.SealedBy, k.ActiveFrom}
	return s.fault(s.on(ctx).Create(&row).Error)
}

// ResealDataKey replaces the sealed value if it is still the given one.
func (s *Store) ResealDataKey(ctx context.Context, k keyring.Row, previousSealedBy string) error {
	return s.exec(ctx, "UPDATE keyring SET sealed = ?, sealed_by = ? WHERE purpose = ? AND key_id = ? AND sealed_by = ?",
		k.Sealed, k.SealedBy, string(k.Purpose), int16(k.KeyID), previousSealedBy)
}

// ChangeDataKeys adds and removes data keys and raises the catalogue version.
func (s *Store) ChangeDataKeys(ctx context.Context, add, remove []keyring.Row) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		for _, k := range add {
			if err := s.AddDataKey(ctx, k); err != nil {
				return err
			}
		}
		for _, k := range remove {
			if err := s.exec(ctx, "DELETE FROM keyring WHERE purpose = ? AND key_id = ?", string(k.Purpose), int16(k.KeyID)); err != nil {
				return err
			}
		}
		return nil
	})
}

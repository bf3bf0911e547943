package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
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

// SigningKeys reads all signing keys except withdrawn ones: an earlier version, which did not know
// withdrawal, may have imported one again.
func (s *Store) SigningKeys(ctx context.Context) ([]keys.Row, error) {
	var rows []signingKeyRow
	err := s.on(ctx).Where(`NOT EXISTS (SELECT 1 FROM known_signing_keys k WHERE k.kid = signing_keys.kid
		AND k.withdrawn_at IS NOT NULL)`).Order("kid").Find(&rows).Error
	if err != nil {
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

// AddSigningKey stores a new signing key. A key that existed before conflicts, even if it was
// removed since.
func (s *Store) AddSigningKey(ctx context.Context, k keys.Row) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error { return s.insertSigningKey(ctx, k) })
}

func (s *Store) insertSigningKey(ctx context.Context, k keys.Row) error {
	err := s.exec(ctx, "INSERT INTO known_signing_keys (kid, algorithm, created_at) VALUES (?, ?, ?)", k.KID, string(k.Algorithm), k.CreatedAt)
	if err != nil {
		return err
	}
	row := signingKeyRow{k.KID, string(k.Algorithm), k.Sealed, k.CreatedAt, k.ActiveFrom}
	return s.fault(s.on(ctx).Create(&row).Error)
}

// RemoveSigningKeys removes the keys whose successor took over before the given time, and counts
// them. They stay in known_signing_keys.
func (s *Store) RemoveSigningKeys(ctx context.Context, before time.Time) (int64, error) {
	var removed int64
	const succeeded = `EXISTS (SELECT 1 FROM signing_keys successor
		WHERE successor.algorithm = signing_keys.algorithm AND successor.active_from > signing_keys.active_from
		AND successor.active_from < ?)`
	var one int
	err := s.fault(s.row(ctx, "SELECT 1 FROM signing_keys WHERE "+succeeded+" LIMIT 1", before).Scan(&one))
	if errors.Is(err, provider.ErrNotFound) {
		return 0, nil // the usual case
	}
	if err != nil {
		return 0, err
	}
	err = s.InTx(ctx, func(ctx context.Context) error {
		// During an upgrade, the previous version adds keys without adding them here.
		err := s.exec(ctx, `INSERT INTO known_signing_keys (kid, algorithm, created_at, removed_at)
			SELECT kid, algorithm, created_at, ? FROM signing_keys WHERE `+succeeded+`
			ON CONFLICT (kid) DO UPDATE SET removed_at = excluded.removed_at`, s.clock.Now(ctx), before)
		if err != nil {
			return err
		}
		removed, err = s.count(ctx, "DELETE FROM signing_keys WHERE "+succeeded, before)
		return err
	})
	return removed, err
}

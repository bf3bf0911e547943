package storage

import (
	"context"

	"gorm.io/gorm/clause"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// rowsAtOnce bounds the rows of a statement with many columns: SQLite takes 32766 parameters.
const rowsAtOnce = 500

// ClientsByID reads those of the clients that are registered.
func (s *Store) ClientsByID(ctx context.Context, ids []string) ([]*client.Client, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []clientRow
	if err := s.readClients(ctx).Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	secrets, err := s.clientSecrets(ctx, ids...)
	if err != nil {
		return nil, err
	}
	clients := make([]*client.Client, len(rows))
	for i, row := range rows {
		if clients[i], err = row.client(secrets[row.ID]); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// CreateClients stores clients with their secrets.
func (s *Store) CreateClients(ctx context.Context, clients []*client.Client) error {
	rows, ids := make([]*clientRow, len(clients)), make([]string, len(clients))
	var secrets []*secretRow
	var origins []*originRow
	for i, c := range clients {
		row, err := clientRowOf(c)
		if err != nil {
			return err
		}
		rows[i], ids[i] = row, c.ID
		for _, secret := range c.Secrets {
			secrets = append(secrets, &secretRow{rowID(secret.ID), c.ID, secret.Hash, secret.CreatedAt, secret.ExpiresAt})
		}
		for _, origin := range c.Origins() {
			origins = append(origins, &originRow{origin, c.ID})
		}
	}
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.forgetFigures(ctx, ids...); err != nil {
			return err
		}
		if err := s.on(ctx).CreateInBatches(rows, rowsAtOnce).Error; err != nil {
			return s.fault(err)
		}
		if len(secrets) > 0 {
			if err := s.on(ctx).CreateInBatches(secrets, rowsAtOnce).Error; err != nil {
				return s.fault(err)
			}
		}
		if len(origins) > 0 {
			return s.fault(s.on(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(origins, rowsAtOnce).Error)
		}
		return nil
	})
}

// UpgradeSecret replaces the stored form of a client secret, and returns provider.ErrStale if it is not
// the given one any more. Other servers read the client again.
func (s *Store) UpgradeSecret(ctx context.Context, id provider.ID, before, after string) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		n, err := s.count(ctx, "UPDATE client_secrets SET hash = ? WHERE id = ? AND hash = ?", after, rowID(id), before)
		if err != nil {
			return err
		}
		if n == 0 {
			return provider.ErrStale
		}
		return s.change(ctx, "UPDATE settings SET value = value + 1 WHERE name = 'catalogue_version'")
	})
}

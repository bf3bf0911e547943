package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ResealSigningKey replaces the sealed key if it is still the given one.
func (s *Store) ResealSigningKey(ctx context.Context, kid string, before, after []byte) error {
	return s.exec(ctx, "UPDATE signing_keys SET sealed = ? WHERE kid = ? AND sealed = ?", after, kid, before)
}

// SecretsBeginning lists the client secrets whose stored form begins with the prefix.
func (s *Store) SecretsBeginning(ctx context.Context, prefix string) ([]client.KeptSecret, error) {
	var rows []secretRow
	err := s.on(ctx).Where("substr(hash, 1, ?) = ?", len(prefix), prefix).Order("id").Find(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	kept := make([]client.KeptSecret, len(rows))
	for i, r := range rows {
		kept[i] = client.KeptSecret{ID: provider.ID(r.ID), ClientID: r.ClientID, Hash: r.Hash}
	}
	return kept, nil
}

// ReplaceSecret replaces the stored form of a client secret if it is still the given one.
func (s *Store) ReplaceSecret(ctx context.Context, id provider.ID, before, after string) error {
	return s.exec(ctx, "UPDATE client_secrets SET hash = ? WHERE id = ? AND hash = ?", after, rowID(id), before)
}

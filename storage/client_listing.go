package storage

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// FindClients pages through the clients that a filter selects, by name and id.
func (s *Store) FindClients(ctx context.Context, of client.Filter, limit int) ([]*client.Client, error) {
	name := s.dialect.foldedName()
	query := s.readClients(ctx).Order(name + ", id").Limit(limit)
	if after, id, ok := of.Continue(); ok {
		query = query.Where("("+name+", id) > (?, ?)", after, id)
	}
	if search := strings.TrimSpace(of.Search); search != "" {
		folded := client.FoldName(search)
		query = query.Where("("+name+" BETWEEN ? AND ? OR id BETWEEN ? AND ? OR id BETWEEN ? AND ?)",
			folded, folded+lastRune, search, search+lastRune, folded, folded+lastRune)
	}
	if of.Type != "" {
		query = query.Where("type = ?", string(of.Type))
	}
	if of.Trust != "" {
		query = query.Where("trust = ?", trustText(of.Trust))
	}
	if of.Disabled != nil {
		condition := "disabled"
		if !*of.Disabled {
			condition = "NOT disabled"
		}
		query = query.Where(condition)
	}
	var rows []clientRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	return s.clientsOf(ctx, rows)
}

// NamedUsers pages through the users who are named for a restricted client, by name, from after the given one.
func (s *Store) NamedUsers(ctx context.Context, clientID, after string, limit int) ([]client.Named, error) {
	var rows []struct {
		ID       rowID
		Username string
	}
	err := s.on(ctx).Raw("SELECT u.id, u.username FROM client_users c JOIN users u ON u.id = c.user_id WHERE c.client_id = ? AND u.username > ? ORDER BY u.username LIMIT ?",
		clientID, after, limit).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	named := make([]client.Named, len(rows))
	for i, r := range rows {
		named[i] = client.Named{ID: provider.ID(r.ID), Username: r.Username}
	}
	return named, nil
}

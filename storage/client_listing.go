package storage

import (
	"context"
	"strings"

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

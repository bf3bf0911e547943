package storage

import (
	"context"
	"slices"
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

// Named returns who may use a restricted client: all roles whose users may, and a page of the users who are named, by
// name, from after the given one.
func (s *Store) Named(ctx context.Context, clientID, after string, limit int) (users []client.Named, roles []string, err error) {
	var rows []struct {
		ID   optionalID
		Name string
	}
	err = s.on(ctx).Raw(`SELECT n.id, n.name FROM (SELECT u.id, u.username AS name FROM client_users c JOIN users u ON u.id = c.user_id
			WHERE c.client_id = ? AND u.username > ? ORDER BY u.username LIMIT ?) n
		UNION ALL SELECT NULL, g.role FROM client_groups g JOIN clients c ON c.id = g.client_id WHERE g.client_id = ? AND c.restricted`,
		clientID, after, limit, clientID).Scan(&rows).Error
	if err != nil {
		return nil, nil, s.fault(err)
	}
	for _, r := range rows {
		if provider.ID(r.ID).IsZero() {
			roles = append(roles, r.Name)
			continue
		}
		users = append(users, client.Named{ID: provider.ID(r.ID), Username: r.Name})
	}
	slices.Sort(roles)
	slices.SortFunc(users, func(a, b client.Named) int { return strings.Compare(a.Username, b.Username) })
	return users, roles, nil
}

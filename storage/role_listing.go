package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// RolesInUse are the roles that users have or that clients are restricted to, by name: those of the first lists of
// roles, of which there are few, whatever the number of users is.
func (s *Store) RolesInUse(ctx context.Context, limit int) ([]string, error) {
	// From each list to the next one in the index.
	const lists = `WITH RECURSIVE used (roles) AS (
			SELECT min(roles) FROM users WHERE roles <> ''
			UNION ALL
			SELECT (SELECT min(u.roles) FROM users u WHERE u.roles <> '' AND u.roles > used.roles) FROM used WHERE used.roles IS NOT NULL)
		SELECT roles FROM used WHERE roles IS NOT NULL LIMIT ?`
	var rows, groups []string
	if err := s.on(ctx).Raw(lists, limit).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	if err := s.on(ctx).Raw("SELECT DISTINCT role FROM client_groups ORDER BY role LIMIT ?", limit).Scan(&groups).Error; err != nil {
		return nil, s.fault(err)
	}
	for _, list := range rows {
		groups = append(groups, strings.Fields(list)...)
	}
	slices.Sort(groups)
	return slices.Compact(groups), nil
}

// GroupClients are clients that are restricted to roles, by role.
func (s *Store) GroupClients(ctx context.Context, limit int) ([]client.OfGroup, error) {
	return s.groupClients(ctx, "", limit)
}

// ClientsOfGroup are clients that the users with a role may use.
func (s *Store) ClientsOfGroup(ctx context.Context, role string, limit int) ([]client.OfGroup, error) {
	return s.groupClients(ctx, " AND g.role = ?", role, limit)
}

func (s *Store) groupClients(ctx context.Context, and string, args ...any) ([]client.OfGroup, error) {
	var rows []struct{ Role, ID, Name string }
	err := s.on(ctx).Raw("SELECT g.role, c.id, c.name FROM client_groups g JOIN clients c ON c.id = g.client_id WHERE c.restricted"+and+" ORDER BY g.role, c.id LIMIT ?", args...).Scan(&rows).Error
	clients := make([]client.OfGroup, len(rows))
	for i, row := range rows {
		clients[i] = client.OfGroup{Role: row.Role, Brief: client.Brief{ID: row.ID, Name: row.Name}}
	}
	return clients, s.fault(err)
}

// ClientsWithScope are clients that may ask for a scope, by id.
func (s *Store) ClientsWithScope(ctx context.Context, scope string, limit int) ([]client.Brief, error) {
	var clients []client.Brief
	err := s.on(ctx).Raw("SELECT id, name FROM clients WHERE "+s.dialect.contains("scopes")+" ORDER BY id LIMIT ?", scope, limit).Scan(&clients).Error
	return clients, s.fault(err)
}

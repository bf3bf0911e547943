package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// RolesInUse are the roles that users have or that clients are restricted to, by name, beginning after one.
func (s *Store) RolesInUse(ctx context.Context, after string, limit int) ([]string, error) {
	// From each role to the next one in the index, whatever the number of users is.
	const statement = `WITH RECURSIVE used (role) AS (
			SELECT min(role) FROM user_roles WHERE role > ?
			UNION ALL
			SELECT (SELECT min(u.role) FROM user_roles u WHERE u.role > used.role) FROM used WHERE used.role IS NOT NULL),
		named (role) AS (SELECT DISTINCT role FROM client_groups WHERE role > ? ORDER BY role LIMIT ?)
		SELECT role FROM (SELECT role FROM used WHERE role IS NOT NULL LIMIT ?) u UNION SELECT role FROM named ORDER BY role LIMIT ?`
	var roles []string
	err := s.on(ctx).Raw(statement, after, after, limit, limit, limit).Scan(&roles).Error
	return roles, s.fault(err)
}

// GroupClients are the first clients that are restricted to each of some roles, by role.
func (s *Store) GroupClients(ctx context.Context, roles []string, each int) ([]client.OfGroup, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	const statement = `SELECT role, id, name FROM (
			SELECT g.role, c.id, c.name, row_number() OVER (PARTITION BY g.role ORDER BY c.id) AS place
			FROM client_groups g JOIN clients c ON c.id = g.client_id WHERE c.restricted AND g.role IN ?) n
		WHERE place <= ? ORDER BY role, id`
	var rows []struct{ Role, ID, Name string }
	err := s.on(ctx).Raw(statement, roles, each).Scan(&rows).Error
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

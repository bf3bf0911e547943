package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// sameAccess is the condition that no group was taken from those who may use the client k since the
// statement began. Postgres evaluates a statement again that waited for the row of the client, with the
// new row for k, while its other tables are those from before: they still have a group that was removed.
const sameAccess = "k.access_version = (SELECT v.access_version FROM clients v WHERE v.id = k.id)"

// AllowGroup lets users with a role use a client, which from then on is for named users and groups only:
// what others were granted ends.
func (s *Store) AllowGroup(ctx context.Context, clientID, role string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.restrict(ctx, clientID); err != nil {
			return err
		}
		if err := s.exec(ctx, "INSERT INTO client_groups (client_id, role) VALUES (?, ?) ON CONFLICT DO NOTHING", clientID, role); err != nil {
			return err
		}
		return s.endUnnamed(ctx, clientID)
	})
}

// DisallowGroup revokes that, and ends what was issued to the client for users who are not named in
// another way. When the last one is removed, no user may use the client.
func (s *Store) DisallowGroup(ctx context.Context, clientID, role string) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.restrict(ctx, clientID); err != nil {
			return err
		}
		if err := s.exec(ctx, "UPDATE clients SET access_version = access_version + 1 WHERE id = ?", clientID); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM client_groups WHERE client_id = ? AND role = ?", clientID, role); err != nil {
			return err
		}
		return s.endUnnamed(ctx, clientID)
	})
}

// AllowedGroups lists the roles of the users who may use a restricted client.
func (s *Store) AllowedGroups(ctx context.Context, clientID string) ([]string, error) {
	var roles []string
	err := s.on(ctx).Raw("SELECT g.role FROM client_groups g JOIN clients c ON c.id = g.client_id WHERE g.client_id = ? AND c.restricted ORDER BY 1", clientID).Scan(&roles).Error
	return roles, s.fault(err)
}

// forgetGroups removes the groups of a client that is not restricted. There are none, unless the
// previous version, which knows no groups, lifted the restriction.
func (s *Store) forgetGroups(ctx context.Context, clientID string) error {
	return s.exec(ctx, "DELETE FROM client_groups WHERE client_id = ? AND EXISTS (SELECT 1 FROM clients c WHERE c.id = client_groups.client_id AND NOT c.restricted)", clientID)
}

// endOfRoles ends what was issued to the clients that roles opened, for a user who has them no longer. A
// client whose groups change at the same time waits, or is waited for: of two changes that see each other
// late, each would take the other for the reason why the user still may use the client.
func (s *Store) endOfRoles(ctx context.Context, userID provider.ID, lost []string, at time.Time) error {
	roles := make([]any, len(lost))
	for i, role := range lost {
		roles[i] = role
	}
	opened := "SELECT n.client_id FROM client_groups n WHERE n.role IN (?" + strings.Repeat(", ?", len(lost)-1) + ")"
	var ids []string
	if err := s.on(ctx).Raw("SELECT id FROM clients WHERE id IN ("+opened+") ORDER BY id"+s.dialect.locking("FOR SHARE"), roles...).Scan(&ids).Error; err != nil {
		return s.fault(err)
	}
	if len(ids) == 0 {
		return nil
	}
	return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND client_id IN ("+opened+") AND "+unnamed(),
		append([]any{at, rowID(userID)}, roles...)...)
}

// lostRoles are those that a user had and has not any more.
func lostRoles(before, u *account.User) []string {
	return slices.DeleteFunc(slices.Clone(before.Roles), func(role string) bool { return slices.Contains(u.Roles, role) })
}

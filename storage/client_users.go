package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// mayUse is the condition that the user u, whose id is also userID, may use the client k. During an
// upgrade, the previous version does not set the flag when it names the first user.
func mayUse(userID string) string {
	return `(NOT k.restricted AND NOT EXISTS (SELECT 1 FROM client_users n WHERE n.client_id = k.id)
	OR ` + named("k.id", userID, "u.roles") + ")"
}

// named is the condition that a user is named for a client, or one of the user's roles. No role has a
// character that LIKE takes for a pattern.
func named(clientID, userID, roles string) string {
	return "EXISTS (SELECT 1 FROM client_users n WHERE n.client_id = " + clientID + " AND n.user_id = " + userID + `)
	OR EXISTS (SELECT 1 FROM client_groups n WHERE n.client_id = ` + clientID + " AND (n.role = '" + client.Everyone + "' OR ' ' || " + roles + ` || ' ' LIKE '% ' || n.role || ' %'))`
}

// AllowUser lets a user use a client, which from then on is for named users only: what others were
// granted ends.
func (s *Store) AllowUser(ctx context.Context, clientID string, userID provider.ID) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.restrict(ctx, clientID); err != nil {
			return err
		}
		if err := s.exec(ctx, "INSERT INTO client_users (client_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", clientID, rowID(userID)); err != nil {
			return err
		}
		return s.endUnnamed(ctx, clientID)
	})
}

// unnamed is the condition that a grant is of a user who is not named for the client, nor one of the
// user's roles.
func unnamed() string {
	return "user_id IS NOT NULL AND ended_at IS NULL AND NOT (" +
		named("grants.client_id", "grants.user_id", "(SELECT u.roles FROM users u WHERE u.id = grants.user_id)") + ")"
}

// endUnnamed ends the grants of users who are not named for a restricted client. A code of an
// approval in progress is refused when it is exchanged.
func (s *Store) endUnnamed(ctx context.Context, clientID string) error {
	return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE client_id = ? AND "+unnamed(), s.clock.Now(ctx), clientID)
}

// DisallowUser revokes that, and ends what was issued to the client for the user, unless one of the
// user's roles is named. When the last one is removed, no user may use the client. The generation rises for approvals in progress, as
// in WithdrawConsent.
func (s *Store) DisallowUser(ctx context.Context, clientID string, userID provider.ID, at time.Time) error {
	return s.changeCatalogue(ctx, func(ctx context.Context) error {
		if err := s.change(ctx, "UPDATE users SET generation = generation + 1 WHERE id = ?", rowID(userID)); err != nil {
			return err
		}
		if err := s.restrict(ctx, clientID); err != nil {
			return err
		}
		if err := s.change(ctx, "DELETE FROM client_users WHERE client_id = ? AND user_id = ?", clientID, rowID(userID)); err != nil {
			return err
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND client_id = ? AND "+unnamed(), at, rowID(userID), clientID)
	})
}

// EndUserGrants ends what was issued to a client for users. A grant that is being approved locks the row of
// the client: it waits for LockClient, or is ended too.
func (s *Store) EndUserGrants(ctx context.Context, clientID string, at time.Time) error {
	return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE client_id = ? AND user_id IS NOT NULL AND ended_at IS NULL", at, clientID)
}

// restrict makes a client one for named users and groups. Its row changes, for which approvals in
// progress wait, or which waits for them.
func (s *Store) restrict(ctx context.Context, clientID string) error {
	if err := s.forgetGroups(ctx, clientID); err != nil {
		return err
	}
	return s.change(ctx, "UPDATE clients SET restricted = ? WHERE id = ?", true, clientID)
}

// AllowedUsers lists the names of the users who may use a restricted client.
func (s *Store) AllowedUsers(ctx context.Context, clientID string) ([]string, error) {
	var names []string
	err := s.on(ctx).Raw("SELECT u.username FROM client_users c JOIN users u ON u.id = c.user_id WHERE c.client_id = ? ORDER BY 1", clientID).Scan(&names).Error
	return names, s.fault(err)
}

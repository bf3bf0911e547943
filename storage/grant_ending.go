package storage

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// EndGrants ends live grants of a revocation, at most batchSize of them, and counts what was usable
// under them. From the zero id on the generation of the user rises for approvals in progress, as in
// WithdrawConsent; those are not from before a given time.
func (s *Store) EndGrants(ctx context.Context, of grant.Revocation, after provider.ID, at time.Time) (grant.Ended, error) {
	var ended grant.Ended
	err := s.InTx(ctx, func(ctx context.Context) error {
		ended = grant.Ended{}
		if after.IsZero() && !of.UserID.IsZero() && of.Before.IsZero() {
			if err := s.change(ctx, "UPDATE users SET generation = generation + 1 WHERE id = ?", rowID(of.UserID)); err != nil {
				return err
			}
		}
		by := grantColumnsOf(grant.Filter{ClientID: of.ClientID, UserID: of.UserID, SessionID: of.SessionID})
		if of.Scope != "" {
			by.add(s.dialect.contains("scopes"), of.Scope)
		}
		if !of.Before.IsZero() {
			by.add("created_at < ?", of.Before)
		}
		return s.endBatch(ctx, by.where(), after, at, &ended)
	})
	return ended, err
}

func (s *Store) endBatch(ctx context.Context, which fragment, after provider.ID, at time.Time, ended *grant.Ended) error {
	last := rowID(lastID())
	err := s.fault(s.row(ctx, "SELECT id FROM grants WHERE "+which.text+" AND ended_at IS NULL AND id > ? ORDER BY id LIMIT 1 OFFSET ?",
		append(append([]any{}, which.args...), rowID(after), batchSize-1)...).Scan(&last))
	switch {
	case err == nil:
		ended.Last = provider.ID(last)
	case !errors.Is(err, provider.ErrNotFound):
		return err
	}
	between := append(append([]any{}, which.args...), rowID(after), last)
	if ended.Grants, err = s.count(ctx, "UPDATE grants SET ended_at = ? WHERE "+which.text+" AND ended_at IS NULL AND id > ? AND id <= ?",
		append([]any{at}, between...)...); err != nil || ended.Grants == 0 {
		return err
	}
	err = s.row(ctx, `SELECT count(*) FROM (SELECT id FROM grants WHERE `+which.text+` AND id > ? AND id <= ? AND ended_at = ?) g JOIN tokens t ON t.grant_id = g.id
		WHERE (t.revoked_at IS NULL AND t.at_expires_at > ?) OR (t.rt_hash IS NOT NULL AND t.next_id IS NULL AND t.rt_expires_at > ?)`,
		append(between, at, at, at)...).Scan(&ended.Tokens)
	return s.fault(err)
}

package storage

import (
	"context"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// Sessions pages through the sessions, newest first. Of the users it reads id, name and whether
// they are disabled.
func (s *Store) Sessions(ctx context.Context, of session.Filter, limit int) ([]*session.Session, error) {
	query := s.on(ctx).Table("sessions s").Joins("JOIN users u ON u.id = s.user_id").
		Select("s.id, s.auth_time, s.methods, s.seen_at, s.expires_at, s.ended_at, s.user_id, u.username, u.disabled").
		Order("s.id DESC").Limit(limit)
	if !of.UserID.IsZero() {
		query = query.Where("s.user_id = ?", rowID(of.UserID))
	}
	if of.Live {
		query = query.Where("s.ended_at IS NULL AND s.expires_at > ? AND s.seen_at > ? AND NOT u.disabled", of.Now, of.SeenSince)
	}
	if !of.Before.IsZero() {
		query = query.Where("s.id < ?", rowID(of.Before))
	}
	var rows []struct {
		Session    sessionRow `gorm:"embedded"`
		ID, UserID rowID
		Username   string
		Disabled   bool
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]*session.Session, len(rows))
	for i, r := range rows {
		list[i] = &session.Session{
			ID: provider.ID(r.ID), User: &account.User{ID: provider.ID(r.UserID), Username: r.Username, Disabled: r.Disabled},
			Proofs: session.ProvedAt(r.Session.AuthTime.UTC(), strings.Fields(r.Session.Methods)...), SeenAt: r.Session.SeenAt.UTC(), ExpiresAt: r.Session.ExpiresAt.UTC(), EndedAt: utc(r.Session.EndedAt),
		}
	}
	return list, nil
}

// EndSessions ends all sessions of a user, and the grants that do not outlive them, and returns
// those sessions that it was the one to end.
func (s *Store) EndSessions(ctx context.Context, userID provider.ID, at time.Time) ([]provider.ID, error) {
	var ended []provider.ID
	err := s.InTx(ctx, func(ctx context.Context) error {
		var rows []rowID
		if err := s.on(ctx).Raw("UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL RETURNING id", at, rowID(userID)).Scan(&rows).Error; err != nil {
			return s.fault(err)
		}
		ended = make([]provider.ID, len(rows))
		for i, id := range rows {
			ended[i] = provider.ID(id)
		}
		return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND NOT offline AND ended_at IS NULL", at, rowID(userID))
	})
	return ended, err
}

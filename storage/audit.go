package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

type auditRow struct {
	ID                                             rowID
	RecordedAt                                     time.Time
	ActorKind, ActorID, ActorClientID, Host        string
	Address, UserAgent, RequestID                  string
	Action, TargetType, TargetID, ClientID, UserID string
	Changes, Outcome                               string
}

// record is the row, without its changes.
func (r *auditRow) record() audit.Record {
	return audit.Record{
		ID: provider.ID(r.ID), At: r.RecordedAt.UTC(),
		Actor: audit.Actor{
			Kind: audit.ActorKind(r.ActorKind), ID: r.ActorID, Host: r.Host,
			ClientID: r.ActorClientID, Address: r.Address, UserAgent: r.UserAgent, RequestID: r.RequestID,
		},
		Action: audit.Action(r.Action), Target: audit.Target{Type: audit.TargetType(r.TargetType), ID: r.TargetID, ClientID: r.ClientID, UserID: r.UserID}, Outcome: audit.Outcome(r.Outcome),
	}
}

// AppendRecord appends to the audit log. There is no statement that changes what is recorded.
func (s *Store) AppendRecord(ctx context.Context, r audit.Record) error {
	_, err := s.AppendVersioned(ctx, r)
	return err
}

// AppendVersioned is like AppendRecord, and returns the version of the webhook endpoints.
func (s *Store) AppendVersioned(ctx context.Context, r audit.Record) (int64, error) {
	changes, err := json.Marshal(r.Changes)
	if err != nil {
		return 0, fmt.Errorf("storage: changes of %s: %w", r.Action, err)
	}
	a := r.Actor
	var version int64
	err = s.InTx(ctx, func(ctx context.Context) error { // on SQLite a statement that returns something would else be taken for one that reads
		return s.fault(s.row(ctx, `INSERT INTO audit_logs (id, recorded_at, actor_kind, actor_id, actor_client_id, host, address, user_agent, request_id, action, target_type, target_id, client_id, user_id, changes, outcome, mac)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING (SELECT value FROM settings WHERE name = 'webhook_version')`,
			rowID(r.ID), r.At, string(a.Kind), a.ID, a.ClientID, a.Host, a.Address, a.UserAgent, a.RequestID,
			string(r.Action), string(r.Target.Type), r.Target.ID, r.Target.ClientID, r.Target.UserID, string(changes), string(r.Outcome), r.MAC).Scan(&version))
	})
	return version, err
}

// Records pages through the audit log, the newest first.
func (s *Store) Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error) {
	query := selected(s.on(ctx).Table("audit_logs"), of).Order("id DESC").Limit(limit)
	var rows []auditRow
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]audit.Record, len(rows))
	for i, r := range rows {
		list[i] = r.record()
		if err := json.Unmarshal([]byte(r.Changes), &list[i].Changes); err != nil {
			return nil, fmt.Errorf("storage: changes of record %s: %w", list[i].ID, err)
		}
	}
	return list, nil
}

// selected are the rows of a filter.
func selected(query *gorm.DB, of audit.Filter) *gorm.DB {
	if of.ClientID != "" {
		query = query.Where("client_id = ?", of.ClientID)
	}
	if of.UserID != "" {
		query = query.Where("user_id = ?", of.UserID)
	}
	if of.ActorID != "" {
		query = query.Where("actor_id = ?", of.ActorID)
	}
	if of.Action != "" {
		query = query.Where("action = ?", string(of.Action))
	}
	if len(of.Actions) > 0 {
		query = query.Where("action IN ?", of.Actions)
	}
	if of.TargetID != "" {
		query = query.Where("target_id = ?", of.TargetID)
	}
	if !of.Until.IsZero() {
		query = query.Where("id < ?", rowID(provider.FirstID(of.Until)))
	}
	if !of.Since.IsZero() {
		query = query.Where("id >= ?", rowID(provider.FirstID(of.Since)))
	}
	if !of.Before.IsZero() {
		query = query.Where("id < ?", rowID(of.Before))
	}
	return query
}

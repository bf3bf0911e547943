package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// AppendRecord appends to the audit log. There is no statement that changes a record.
func (s *Store) AppendRecord(ctx context.Context, r audit.Record) error {
	changes, err := json.Marshal(r.Changes)
	if err != nil {
		return fmt.Errorf("storage: changes of %s: %w", r.Action, err)
	}
	return s.exec(ctx, `INSERT INTO audit_logs (id, recorded_at, actor_kind, actor_id, host, action, target_type, target_id, changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		rowID(r.ID), r.At, string(r.Actor.Kind), r.Actor.ID, r.Actor.Host, string(r.Action), string(r.Target.Type), r.Target.ID, string(changes))
}

package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// AddImport stores an import that begins.
func (s *Store) AddImport(ctx context.Context, h imports.History) error {
	faults, err := importFaults(h)
	if err != nil {
		return err
	}
	return s.exec(ctx, `INSERT INTO imports (id, command, file, dry_run, actor_kind, actor_id, host, began_at, seen_at, ended_at, result, read_bytes, total_bytes, read, imported, present, refused, skipped, faults)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		rowID(h.ID), h.Command, h.File, h.DryRun, string(h.Actor.Kind), h.Actor.ID, h.Actor.Host, h.BeganAt, h.SeenAt, h.EndedAt, string(h.Result),
		h.ReadBytes, h.TotalBytes, h.Read, h.Imported, h.Present, h.Refused, h.Skipped, faults)
}

// UpdateImport stores how far an import is. One that was removed meanwhile is left so.
func (s *Store) UpdateImport(ctx context.Context, h imports.History) error {
	faults, err := importFaults(h)
	if err != nil {
		return err
	}
	return s.exec(ctx, `UPDATE imports SET seen_at = ?, ended_at = ?, result = ?, read_bytes = ?, total_bytes = ?, read = ?, imported = ?, present = ?, refused = ?, skipped = ?, faults = ?
		WHERE id = ? AND ended_at IS NULL`,
		h.SeenAt, h.EndedAt, string(h.Result), h.ReadBytes, h.TotalBytes, h.Read, h.Imported, h.Present, h.Refused, h.Skipped, faults, rowID(h.ID))
}

func importFaults(h imports.History) (string, error) {
	text, err := json.Marshal(append([]string{}, h.Faults...))
	if err != nil {
		return "", fmt.Errorf("storage: faults of import %s: %w", h.ID, err)
	}
	return string(text), nil
}

// Imports are the newest before one with an id; the zero id is none.
func (s *Store) Imports(ctx context.Context, before provider.ID, limit int) ([]imports.History, error) {
	query := s.on(ctx).Table("imports").Order("id DESC").Limit(limit)
	if !before.IsZero() {
		query = query.Where("id < ?", rowID(before))
	}
	var rows []struct {
		ID                                        rowID
		Command, File                             string
		DryRun                                    bool
		ActorKind, ActorID, Host                  string
		BeganAt, SeenAt                           time.Time
		EndedAt                                   *time.Time
		Result                                    string
		ReadBytes, TotalBytes                     int64
		Read, Imported, Present, Refused, Skipped int
		Faults                                    string
	}
	if err := query.Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]imports.History, len(rows))
	for i := range rows {
		r := &rows[i]
		list[i] = imports.History{
			ID: provider.ID(r.ID), Command: r.Command, File: r.File, DryRun: r.DryRun, Actor: audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.ActorID, Host: r.Host},
			BeganAt: r.BeganAt.UTC(), SeenAt: r.SeenAt.UTC(), EndedAt: utc(r.EndedAt), Result: imports.Result(r.Result), ReadBytes: r.ReadBytes, TotalBytes: r.TotalBytes,
			Count: imports.Count{Read: r.Read, Imported: r.Imported, Present: r.Present, Refused: r.Refused, Skipped: r.Skipped},
		}
		if err := json.Unmarshal([]byte(r.Faults), &list[i].Faults); err != nil {
			return nil, fmt.Errorf("storage: faults of import %s: %w", list[i].ID, err)
		}
	}
	return list, nil
}

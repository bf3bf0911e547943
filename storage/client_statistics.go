package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// addClientFigures adds figures of clients that are registered: those of one that was deleted meanwhile are dropped.
func (s *Store) addClientFigures(ctx context.Context, figures []statistics.ClientFigure) error {
	slices.SortFunc(figures, func(a, b statistics.ClientFigure) int {
		return cmp.Or(cmp.Compare(a.ClientID, b.ClientID), byKey(a.Figure, b.Figure))
	})
	for part := range slices.Chunk(figures, batchSize) {
		rows, args := make([]string, len(part)), make([]any, 0, 5*len(part))
		for i, f := range part {
			rows[i] = "(CAST(? AS text), CAST(? AS bigint), CAST(? AS text), CAST(? AS text), CAST(? AS bigint))"
			args = append(args, f.ClientID, int64(f.Hour), string(f.Series), f.Label, f.Count)
		}
		if err := s.exec(ctx, "WITH added (client_id, hour, series, label, count) AS (VALUES "+strings.Join(rows, ", ")+`)
			INSERT INTO client_statistics (client_id, hour, series, label, count) SELECT client_id, hour, series, label, count FROM added
			WHERE client_id = '' OR EXISTS (SELECT 1 FROM clients WHERE clients.id = added.client_id)
			ON CONFLICT (client_id, hour, series, label) DO UPDATE SET count = client_statistics.count + excluded.count`, args...); err != nil {
			return err
		}
	}
	return nil
}

// ClientFigures are Figures of one client, with those of the series Uncounted.
func (s *Store) ClientFigures(ctx context.Context, clientID string, edges []statistics.Hour) ([]statistics.Figure, error) {
	return s.figures(ctx, edges, "client_statistics", "client_id IN (?, '')", clientID)
}

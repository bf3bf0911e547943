package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// AddFigures adds figures to those that are stored, all of them or none.
func (s *Store) AddFigures(ctx context.Context, figures []statistics.Figure, ofClients []statistics.ClientFigure) error {
	// In one order, so that replicas that add at the same time wait for each other and never in a circle.
	slices.SortFunc(figures, byKey)
	return s.InTx(ctx, func(ctx context.Context) error {
		for part := range slices.Chunk(figures, batchSize) {
			rows, args := make([]string, len(part)), make([]any, 0, 4*len(part))
			for i, f := range part {
				rows[i] = "(?, ?, ?, ?)"
				args = append(args, int64(f.Hour), string(f.Series), f.Label, f.Count)
			}
			if err := s.exec(ctx, "INSERT INTO statistics (hour, series, label, count) VALUES "+strings.Join(rows, ", ")+
				" ON CONFLICT (hour, series, label) DO UPDATE SET count = statistics.count + excluded.count", args...); err != nil {
				return err
			}
		}
		return s.addClientFigures(ctx, ofClients)
	})
}

func byKey(a, b statistics.Figure) int {
	return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Label, b.Label))
}

// Figures are those of some slots, summed up over each: by the first hour, series and label. Slots are of any length;
// edges are the hours at which they begin, in order, and the one at which the last one ends.
func (s *Store) Figures(ctx context.Context, edges []statistics.Hour) ([]statistics.Figure, error) {
	return s.figures(ctx, edges, "statistics", "TRUE")
}

// figures reads those of a table for which a condition holds.
func (s *Store) figures(ctx context.Context, edges []statistics.Hour, table, condition string, of ...any) ([]statistics.Figure, error) {
	if len(edges) < 2 {
		return nil, nil
	}
	slots, args := make([]string, len(edges)-1), make([]any, 0, 2*len(edges)+len(of))
	for i := range slots {
		slots[i] = "(CAST(? AS bigint), CAST(? AS bigint))"
		args = append(args, int64(edges[i]), int64(edges[i+1]))
	}
	var rows []statistics.Figure
	err := s.on(ctx).Raw("WITH slots (begins, ends) AS (VALUES "+strings.Join(slots, ", ")+`)
		SELECT begins AS hour, series, label, CAST(sum(count) AS bigint) AS count FROM slots CROSS JOIN `+table+` AS counted
		WHERE `+condition+` AND counted.hour >= begins AND counted.hour < ends GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, append(args, of...)...).Scan(&rows).Error
	return rows, s.fault(err)
}

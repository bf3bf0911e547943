package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// AddFigures adds figures to those that are stored, all of them or none.
func (s *Store) AddFigures(ctx context.Context, figures []statistics.Figure) error {
	// In one order, so that replicas that add at the same time wait for each other and never in a circle.
	slices.SortFunc(figures, func(a, b statistics.Figure) int {
		return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Label, b.Label))
	})
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
		return nil
	})
}

// Figures are those of the hours from one to another, which does not count, summed up over so many hours each: by hour,
// series and label.
func (s *Store) Figures(ctx context.Context, from, to statistics.Hour, hours int64) ([]statistics.Figure, error) {
	var rows []statistics.Figure
	err := s.on(ctx).Raw(`SELECT ? + (hour - ?) / ? * ? AS hour, series, label, CAST(sum(count) AS bigint) AS count FROM statistics
		WHERE hour >= ? AND hour < ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, int64(from), int64(from), hours, hours, int64(from), int64(to)).Scan(&rows).Error
	return rows, s.fault(err)
}

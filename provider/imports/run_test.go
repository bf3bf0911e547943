package imports_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// source yields items, and err at the end.
type source struct {
	items []imports.Item
	err   error
}

func (s *source) Next(context.Context) (imports.Item, error) {
	if len(s.items) == 0 {
		return imports.Item{}, s.err
	}
	item := s.items[0]
	s.items = s.items[1:]
	return item, nil
}

// sink writes down the batches.
type sink struct {
	batches [][]int
	act     func() error
	warn    func(line int) bool
}

func (s *sink) Write(_ context.Context, batch []imports.Item) ([]imports.Outcome, error) {
	if s.act != nil {
		if err := s.act(); err != nil {
			return nil, err
		}
	}
	var lines []int
	outcomes := make([]imports.Outcome, len(batch))
	for i, item := range batch {
		lines = append(lines, item.Line)
		outcomes[i] = imports.Outcome{State: imports.Imported, Notes: item.Notes}
		if s.warn != nil && s.warn(item.Line) {
			outcomes[i].Warnings = []string{"power"}
		}
		if item.Name == "bad" {
			outcomes[i] = imports.RefusedFor("/x", "bad")
		}
	}
	s.batches = append(s.batches, lines)
	return outcomes, nil
}

func item(kind imports.Kind, line int) imports.Item { return imports.Item{Kind: kind, Line: line} }

func TestBatchesAreOfOneKind(t *testing.T) {
	t.Parallel()
	u, c := &sink{}, &sink{}
	bad := item(imports.KindUser, 5)
	bad.Name = "bad"
	faulty := item(imports.KindUser, 6)
	faulty.Fault = &imports.Fault{Field: "/y", Reason: "faulty"}
	noted := item(imports.KindClient, 4)
	noted.Notes = []string{"a note"}
	var refused []int
	run := imports.Run{
		Batch: 2, Sinks: map[imports.Kind]imports.Sink{imports.KindUser: u, imports.KindClient: c},
		Refused: func(i imports.Item, _ imports.Fault) error { refused = append(refused, i.Line); return nil },
	}
	report, err := run.Do(t.Context(), &source{items: []imports.Item{
		item(imports.KindUser, 1), item(imports.KindUser, 2), item(imports.KindUser, 3), noted, bad, faulty, item("other", 7),
	}, err: io.EOF})
	require.NoError(t, err)
	assert.Equal(t, [][]int{{1, 2}, {3}, {5}}, u.batches)
	assert.Equal(t, [][]int{{4}}, c.batches)
	assert.Equal(t, []int{5, 6}, refused)
	assert.Equal(t, imports.Count{Read: 7, Imported: 4, Refused: 2, Skipped: 1}, report.Total())
	assert.Equal(t, []imports.Note{{Kind: imports.KindClient, Line: 4, Text: "a note"}}, report.Notes)
	assert.Equal(t, "faulty", report.Refusals[1].Reason)
}

// A batch is bounded by its size, too: a line may have a megabyte.
func TestBatchesAreBoundedInBytes(t *testing.T) {
	t.Parallel()
	var items []imports.Item
	for line := range 20 {
		i := item(imports.KindUser, line)
		i.Source = make([]byte, 1<<20)
		if line%2 == 1 {
			i.Source, i.Raw = nil, i.Source
		}
		items = append(items, i)
	}
	s := &sink{}
	report, err := imports.Run{Sinks: map[imports.Kind]imports.Sink{imports.KindUser: s}}.Do(t.Context(), &source{items: items, err: io.EOF})
	require.NoError(t, err)
	assert.Equal(t, 20, report.Total().Imported)
	require.Len(t, s.batches, 3)
	assert.Len(t, s.batches[0], 8)
	assert.Equal(t, []int{16, 17, 18, 19}, s.batches[2])
}

// What gives power is listed first, however much else there is.
func TestWarningsComeFirstAndAreNotCut(t *testing.T) {
	t.Parallel()
	var items []imports.Item
	for line := range 3000 {
		i := item(imports.KindUser, line)
		i.Notes = []string{"a note"}
		items = append(items, i)
	}
	s := &sink{warn: func(line int) bool { return line%2 == 1 }}
	report, err := imports.Run{Sinks: map[imports.Kind]imports.Sink{imports.KindUser: s}}.Do(t.Context(), &source{items: items, err: io.EOF})
	require.NoError(t, err)
	assert.True(t, report.Truncated)
	require.Len(t, report.Warnings(), 1500)
	require.Len(t, report.Notes, 2500)
	for i, note := range report.Notes {
		if i < 1500 {
			require.Equal(t, imports.Note{Kind: imports.KindUser, Line: 2*i + 1, Text: "power"}, note)
		} else {
			require.Equal(t, imports.Note{Kind: imports.KindUser, Line: i - 1500, Text: "a note"}, note)
		}
	}
}

func TestAnInterruptionKeepsWholeBatches(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &sink{}
	calls := 0
	s.act = func() error {
		if calls++; calls == 2 {
			cancel()
			return context.Canceled // what a transaction that was rolled back returns
		}
		return nil
	}
	run := imports.Run{Batch: 1, Sinks: map[imports.Kind]imports.Sink{imports.KindUser: s}}
	report, err := run.Do(ctx, &source{items: []imports.Item{item(imports.KindUser, 1), item(imports.KindUser, 2), item(imports.KindUser, 3)}, err: io.EOF})
	require.NoError(t, err)
	assert.True(t, report.Interrupted)
	assert.Equal(t, 1, report.Total().Imported)
	assert.Equal(t, [][]int{{1}}, s.batches)
}

func TestErrorsEndAnImport(t *testing.T) {
	t.Parallel()
	s := &sink{}
	run := imports.Run{Sinks: map[imports.Kind]imports.Sink{imports.KindUser: s}}
	broken := errors.New("disk")
	report, err := run.Do(t.Context(), &source{items: []imports.Item{item(imports.KindUser, 1)}, err: broken})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, 1, report.Total().Imported, "what was read before is written")
	s.act = func() error { return broken }
	report, err = run.Do(t.Context(), &source{items: []imports.Item{item(imports.KindUser, 1)}, err: io.EOF})
	require.ErrorIs(t, err, broken)
	assert.False(t, report.Interrupted)
}

package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Reader yields items in order, and io.EOF at the end. Another error ends the import: what cannot be
// read as an item, but can be passed over, is an item with a Fault.
type Reader interface {
	Next(ctx context.Context) (Item, error)
}

// Sink checks and writes items of one kind. It returns one outcome for each item, in their order.
// Unless it is a dry run it writes those that are fine in one transaction, with one audit record. An
// error means that nothing of the batch was written, and ends the import.
type Sink interface {
	Write(ctx context.Context, batch []Item) ([]Outcome, error)
}

// defaultBatch is small enough for the number of parameters that databases accept in a statement, and
// large enough for the cost of a transaction not to count.
const defaultBatch = 1000

// Run is one import.
type Run struct {
	Sinks map[Kind]Sink
	// Batch is the number of items in a batch; 0 means 1000.
	Batch int
	// Refused receives each refused item. It may be nil.
	Refused func(item Item, fault Fault) error
	// Progress is called after each batch. It may be nil.
	Progress func(r *Report)
}

// Do reads to the end. A canceled context ends it after the batch that is being written, with
// Report.Interrupted set, without an error. Items of one kind that follow each other share a batch.
func (r Run) Do(ctx context.Context, reader Reader) (*Report, error) {
	report := NewReport()
	size := r.Batch
	if size <= 0 {
		size = defaultBatch
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	batches := ahead(reading, reader, size)
	for {
		var got read
		select {
		case got = <-batches:
		case <-ctx.Done():
		}
		if ctx.Err() != nil { // the items that were read but not written are for the next run
			report.Interrupted = true
			return report, nil
		}
		// What was read before an error is fine.
		if len(got.batch) > 0 {
			if err := r.write(ctx, got.batch, report); err != nil {
				return report, ended(ctx, report, err)
			}
		}
		switch {
		case errors.Is(got.err, io.EOF):
			return report, nil
		case got.err != nil:
			return report, fmt.Errorf("read: %w", got.err)
		}
	}
}

// maxBatchBytes bounds a batch by what its items were read from: two are in memory, the one that is
// written and the one that is read.
const maxBatchBytes = 8 << 20

// read is a batch, and the error that ended reading.
type read struct {
	batch []Item
	err   error
}

// ahead reads while the batch before is written. An interruption does not wait for a reader that waits
// for its input, such as a terminal: the goroutine is left to the end of the process then.
func ahead(ctx context.Context, reader Reader, size int) <-chan read {
	batches := make(chan read)
	send := func(got read) bool {
		select {
		case batches <- got:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		var batch []Item
		bytes := 0
		for {
			item, err := reader.Next(ctx)
			if err != nil {
				send(read{batch, err})
				return
			}
			of := len(item.Source) + len(item.Raw)
			if len(batch) > 0 && (len(batch) == size || batch[0].Kind != item.Kind || bytes+of > maxBatchBytes) {
				if !send(read{batch: batch}) {
					return
				}
				batch, bytes = nil, 0
			}
			batch, bytes = append(batch, item), bytes+of
		}
	}()
	return batches
}

// ended takes the error of a write that an interruption rolled back for the interruption.
func ended(ctx context.Context, report *Report, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		report.Interrupted = true
		return nil
	}
	return err
}

func (r Run) write(ctx context.Context, batch []Item, report *Report) error {
	kind := batch[0].Kind
	outcomes := make([]Outcome, len(batch))
	var fine []Item
	var at []int
	sink := r.Sinks[kind]
	for i, item := range batch {
		switch {
		case item.Fault != nil:
			outcomes[i] = Outcome{State: Refused, Fault: *item.Fault}
		case sink == nil:
			outcomes[i] = Outcome{State: Skipped}
		default:
			fine, at = append(fine, item), append(at, i)
		}
	}
	if len(fine) > 0 {
		written, err := sink.Write(ctx, fine)
		if err != nil {
			return fmt.Errorf("lines %d to %d: %w", fine[0].Line, fine[len(fine)-1].Line, err)
		}
		for i, outcome := range written {
			outcomes[at[i]] = outcome
		}
	}
	for i, outcome := range outcomes {
		report.add(batch[i], outcome)
		if outcome.State == Refused && r.Refused != nil {
			if err := r.Refused(batch[i], outcome.Fault); err != nil {
				return err
			}
		}
	}
	if r.Progress != nil {
		r.Progress(report)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

const (
	usualLimit = 50
	mostLimit  = 10_000
)

// listPage are the flags of a list that may be too long to print.
type listPage struct {
	limit  *int
	before *string
	// next is the id of the last thing that is shown, where there are more.
	next string
}

func addPage(cmd *cobra.Command) *listPage {
	return &listPage{
		limit:  cmd.Flags().Int("limit", usualLimit, "how many at most"),
		before: cmd.Flags().String("before", "", "go on after the one with this id"),
	}
}

// from checks the flags; it is where the list begins.
func (p *listPage) from() (from provider.ID, err error) {
	if *p.before != "" {
		if from, err = provider.ParseID(*p.before); err != nil {
			return from, errors.New("--before must be an id from the list")
		}
	}
	if *p.limit < 1 || *p.limit > mostLimit {
		return from, fmt.Errorf("--limit must be between 1 and %d", mostLimit)
	}
	return from, nil
}

// read is how many to read: one more than is shown tells whether there are more.
func (p *listPage) read() int { return *p.limit + 1 }

// within is the part of what was read that is shown.
func within[T any](p *listPage, list []T, id func(T) provider.ID) []T {
	if len(list) <= *p.limit {
		return list
	}
	p.next = id(list[*p.limit-1]).String()
	return list[:*p.limit]
}

// print prints the list, and says on standard error where it ends before all is shown.
func (p *listPage) print(e *environment, views any, out *table, asJSON bool) error {
	err := e.printList(nil, views, out, asJSON)
	if err == nil && p.next != "" {
		_, err = fmt.Fprintf(e.Err, "note: there are more: --before %s lists what follows, and --limit N up to %d at once\n", p.next, mostLimit)
	}
	return err
}

// eachOf visits all that a list has, which is read page by page from a position on. Visit returns the position
// after what it was given.
func eachOf[T, Position any](from Position, read func(from Position, limit int) ([]T, error), visit func(T) Position) error {
	const page = 200
	for {
		list, err := read(from, page)
		if err != nil {
			return err
		}
		for _, one := range list {
			from = visit(one)
		}
		if len(list) < page {
			return nil
		}
	}
}

// eachByID is eachOf for a list by id.
func eachByID[T any](ctx context.Context, list func(ctx context.Context, after provider.ID, limit int) ([]T, error), visit func(T) provider.ID) error {
	return eachOf(provider.ID{}, func(after provider.ID, limit int) ([]T, error) { return list(ctx, after, limit) }, visit)
}

// printList prints what was read of a list, as JSON or as a table, or returns the error of reading it.
func (e *environment) printList(err error, views any, out *table, asJSON bool) error {
	switch {
	case err != nil:
		return err
	case asJSON:
		return printJSON(e.Out, views)
	default:
		return out.print(e.Out)
	}
}

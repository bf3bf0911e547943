package registration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostNames bounds the clients whose names are compared.
const mostNames = 2000

type takenKey struct{}

// mayBeCalled refuses a name that looks like the one of an operator's own application, or of the server: people
// would take the one for the other. Those of other applications that registered themselves are no reason, as
// each installation of a program may register. The names are read before a transaction: comparing them takes a while.
func (r *Registry) mayBeCalled(ctx context.Context, c *client.Client) error {
	if c.Trust == client.Verified {
		return nil
	}
	taken, known := ctx.Value(takenKey{}).([]looks)
	if !known && provider.InTransaction(ctx) {
		return &provider.Beforehand{Do: func(ctx context.Context) (context.Context, error) {
			taken, err := r.taken(ctx)
			return context.WithValue(ctx, takenKey{}, taken), err
		}}
	}
	if !known {
		var err error
		if taken, err = r.taken(ctx); err != nil {
			return err
		}
	}
	if own := looksOf(c.Name); slices.ContainsFunc(taken, own.like) {
		return refusal.New(refusal.InvalidClientMetadata, refusal.CheckClientName, "client_name looks like the name of another application of this server.")
	}
	return nil
}

// taken are the looks of names that a client may not have.
func (r *Registry) taken(ctx context.Context) ([]looks, error) {
	names, err := r.Store.OperatorNames(ctx, mostNames)
	if err != nil {
		return nil, fmt.Errorf("names of clients: %w", err)
	}
	taken := []looks{looksOf(r.settings.Brand)}
	for _, name := range names {
		taken = append(taken, looksOf(name))
	}
	return taken, nil
}

// looks are those of a name, letters and digits alone: as it is written, and in small letters, where a capital I is
// no l.
type looks [2]string

func looksOf(name string) looks { return looks{appearance(name), appearance(strings.ToLower(name))} }

// like tells whether names look the same.
func (l looks) like(other looks) bool {
	return l[0] != "" && l[0] == other[0] || l[1] != "" && l[1] == other[1]
}

// appearance is what names have in common that look the same.
func appearance(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, lookalike.Skeleton(name))
}

package registration

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostNames bounds the clients whose names are compared.
const mostNames = 2000

// mayBeCalled refuses a name that looks like the one of an operator's own application, or of the server: people
// would take the one for the other. Those of other applications that registered themselves are no reason, as
// each installation of a program may register.
func (r *Registry) mayBeCalled(ctx context.Context, c *client.Client) error {
	if c.Trust == client.Verified {
		return nil
	}
	names, err := r.Store.OperatorNames(ctx, mostNames)
	if err != nil {
		return fmt.Errorf("names of clients: %w", err)
	}
	for _, name := range append(names, r.settings.Brand) {
		if looksLike(c.Name, name) {
			return refusal.New(refusal.InvalidClientMetadata, refusal.CheckClientName, "client_name looks like the name of another application of this server.")
		}
	}
	return nil
}

// looksLike tells whether names look the same, letters and digits alone: as they are written, or in small letters,
// where a capital I is no l.
func looksLike(a, b string) bool {
	is := func(a, b string) bool {
		looks := appearance(a)
		return looks != "" && looks == appearance(b)
	}
	return is(a, b) || is(strings.ToLower(a), strings.ToLower(b))
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

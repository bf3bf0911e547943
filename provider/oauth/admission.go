package oauth

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Admission limits how often somebody may be served. Whose budget a request counts against
// is known only once it is known who asks: a resource server that proves itself has its own,
// and what a stranger does from the same address never touches it. Each method returns the
// refusal to answer with when the budget is used up.
type Admission interface {
	// Stranger counts a request of somebody unproven, by the address that it came from. It is
	// asked before work that a stranger could make us do without end, and counts once however
	// often it is asked.
	Stranger(ctx context.Context) error
	// Guess counts a try at a secret short enough to be guessed, before the try.
	Guess(ctx context.Context, clientID string) error
	// Client counts a request of a client that proved itself, and takes back what Stranger
	// and Guess counted.
	Client(ctx context.Context, c *client.Client) error
}

type admissionKey struct{}

// WithAdmission has requests under ctx counted.
func WithAdmission(ctx context.Context, a Admission) context.Context {
	return context.WithValue(ctx, admissionKey{}, a)
}

// AdmissionOf is what counts requests under ctx; where nothing was set, it lets everybody in.
func AdmissionOf(ctx context.Context) Admission {
	if a, ok := ctx.Value(admissionKey{}).(Admission); ok {
		return a
	}
	return openDoor{}
}

// openDoor lets everybody in: where nothing is limited, as from the command line.
type openDoor struct{}

func (openDoor) Stranger(context.Context) error               { return nil }
func (openDoor) Guess(context.Context, string) error          { return nil }
func (openDoor) Client(context.Context, *client.Client) error { return nil }

// turnedAway counts a request that failed to prove itself. One too many learns that, and
// nothing about what it tried.
func turnedAway(ctx context.Context, failure error) error {
	if err := AdmissionOf(ctx).Stranger(ctx); err != nil {
		return err
	}
	return failure
}

package imports

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// The kinds of what was authorized at another server, and of its keys.
const (
	KindConsent      Kind = "consent"
	KindRefreshToken Kind = "refresh_token"
	KindKey          Kind = "key"
)

// Consent is the value of a consent.
type Consent struct {
	ClientID, Subject string
	Scopes, Audience  []string
}

// adder adds a batch in one administrative act with the given details, and returns a result for each.
type adder[T any] interface {
	Add(ctx context.Context, batch []T, details map[string]any) ([]error, error)
}

// batchSink is the sink of one kind: values of type V are added as T.
type batchSink[V, T any] struct {
	adder   adder[T]
	source  Source
	convert func(V) T
	outcome func(error) Outcome
}

// Write is part of Sink.
func (s *batchSink[V, T]) Write(ctx context.Context, batch []Item) ([]Outcome, error) {
	values := make([]T, len(batch))
	for i, item := range batch {
		v, ok := item.Value.(V)
		if !ok {
			return nil, fmt.Errorf("imports: entry %d is %T, not a %s", item.Line, item.Value, item.Kind)
		}
		values[i] = s.convert(v)
	}
	results, err := s.adder.Add(ctx, values, s.source.Details(batch))
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(batch))
	for i, result := range results {
		outcomes[i] = Outcome{State: Imported}
		if result != nil {
			outcomes[i] = s.outcome(result)
		}
		outcomes[i].Notes = batch[i].Notes
	}
	return outcomes, nil
}

// NewConsents makes the sink of consents over consent.Import.
func NewConsents(a adder[consent.Imported], source Source) Sink {
	convert := func(c Consent) consent.Imported {
		return consent.Imported{ClientID: c.ClientID, Subject: c.Subject, Agreement: consent.Agreement{Scopes: c.Scopes, Audience: c.Audience}}
	}
	return &batchSink[Consent, consent.Imported]{a, source, convert, func(err error) Outcome {
		switch {
		case errors.Is(err, consent.ErrPresent):
			return Outcome{State: Present}
		case errors.Is(err, consent.ErrNoClient):
			return RefusedFor("/client_id", err.Error())
		default:
			return RefusedFor("/sub", err.Error())
		}
	}}
}

// NewRefreshTokens makes the sink of refresh tokens over grant.Import.
func NewRefreshTokens(a adder[*grant.Foreign], source Source) Sink {
	return &batchSink[*grant.Foreign, *grant.Foreign]{a, source, same[*grant.Foreign], func(err error) Outcome {
		var unfit *grant.Unfit
		switch {
		case errors.Is(err, grant.ErrPresent):
			return Outcome{State: Present}
		case errors.As(err, &unfit):
			return RefusedFor(unfit.Field, unfit.Message)
		default:
			return RefusedFor("", err.Error())
		}
	}}
}

// NewKeys makes the sink of keys over keys.Import.
func NewKeys(a adder[keys.Foreign], source Source) Sink {
	return &batchSink[keys.Foreign, keys.Foreign]{a, source, same[keys.Foreign], func(error) Outcome { return Outcome{State: Present} }}
}

func same[T any](v T) T { return v }

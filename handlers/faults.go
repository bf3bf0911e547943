package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// retryAfter is when a caller may come back after a fault that passes by itself.
const retryAfter = 5 * time.Second

// answerTo finds the refusal to answer err with. Faults of the surroundings come first,
// wherever in the chain they stand: a check that could not ask the database concluded
// nothing, so it must not end as invalid_client or invalid_grant.
func answerTo(err error) *refusal.Refusal {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusal.New(refusal.InvalidRequest, refusal.CheckBodySize, "The body of the request is too large.").
			WithStatus(http.StatusRequestEntityTooLarge)
	case errors.Is(err, errUnreadableBody):
		return refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The body of the request could not be read.")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled): // canceled: the caller hung up
		return unavailable(err, refusal.CheckTimeout, "The request took too long. It may be sent again.")
	case errors.Is(err, provider.ErrBusy):
		return unavailable(err, refusal.CheckBusy, "The server has too many requests of this kind to answer at the moment. The request may be sent again.")
	case errors.Is(err, provider.ErrUnavailable):
		return unavailable(err, refusal.CheckStorage, "The server is not available at the moment. The request may be sent again.")
	default:
		return refusal.Of(err)
	}
}

func unavailable(err error, check refusal.Check, description string) *refusal.Refusal {
	known := refusal.Of(err)
	if known.Code == refusal.TemporarilyUnavailable && known.RetryAfter > 0 {
		return known
	}
	r := refusal.New(refusal.TemporarilyUnavailable, check, description).For(known.ClientID)
	r.RetryAfter = retryAfter
	return r
}

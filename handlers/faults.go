package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// retryAfter is when a client may repeat a request after a temporary fault.
const retryAfter = 5 * time.Second

// answerTo is the refusal to respond to err with. Faults of the environment come first, wherever in
// the chain they are: a check that could not read the database has no result, so it must not end as
// invalid_client or invalid_grant.
func answerTo(err error) *refusal.Refusal {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusal.New(refusal.InvalidRequest, refusal.CheckBodySize, "The body of the request is too large.").
			WithStatus(http.StatusRequestEntityTooLarge)
	case errors.Is(err, errUnreadableBody):
		return refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The body of the request could not be read.")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled): // canceled: the client closed the connection
		return unavailable(err, refusal.CheckTimeout, "The request took too long. Try again.")
	case errors.Is(err, provider.ErrBusy):
		return unavailable(err, refusal.CheckBusy, "The server is handling too many requests of this kind. Try again later.")
	case errors.Is(err, provider.ErrUnavailable):
		return unavailable(err, refusal.CheckStorage, "The server is temporarily unavailable. Try again later.")
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

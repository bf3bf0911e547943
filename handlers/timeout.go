package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// limitTime gives a request a deadline. It uses the context, so that the database stops working
// for a request that timed out; http.TimeoutHandler would keep every response in memory and let the
// work go on.
func limitTime(limit time.Duration, next route.HandlerFunc) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		return next(w, r.WithContext(ctx))
	}
}

package handlers

import (
	"context"
	"net/http"
	"time"
)

// limitTime gives each request a deadline. It uses the context, so that the database stops working
// for a request that timed out; http.TimeoutHandler would keep every response in memory and let the
// work go on.
func limitTime(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

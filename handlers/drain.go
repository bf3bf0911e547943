package handlers

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
)

// Drain is the end of a server that loses no request. From Begin on the server says that it
// is not ready, and asks every caller to come back over another connection; it goes on
// answering until it is shut down. Closing connections at once would cost the request that
// is just being sent over one of them.
type Drain struct{ begun atomic.Bool }

// Begin says that the server is about to stop.
func (d *Drain) Begin() { d.begun.Store(true) }

var errStopping = errors.New("the server is stopping")

// Check fails once the server is about to stop.
func (d *Drain) Check() ReadyCheck {
	return ReadyCheck{Name: "stopping", Check: func(context.Context) error {
		if d.begun.Load() {
			return errStopping
		}
		return nil
	}}
}

// Around asks callers to leave, once Begin was called.
func (d *Drain) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.begun.Load() {
			w.Header().Set("Connection", "close") // for HTTP/2, net/http sends GOAWAY
		}
		next.ServeHTTP(w, r)
	})
}

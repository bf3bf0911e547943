package handlers

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
)

// Drain lets a server stop without losing a request. From Begin on the server reports that it is not
// ready, and asks every client to use another connection; it serves requests until it is shut down.
// Closing connections at once would lose a request that is being sent over one of them.
type Drain struct{ begun atomic.Bool }

// Begin marks the server as stopping.
func (d *Drain) Begin() { d.begun.Store(true) }

var errStopping = errors.New("the server is stopping")

// Check is the readiness check that fails from Begin on.
func (d *Drain) Check() ReadyCheck {
	return ReadyCheck{Name: "stopping", Check: func(context.Context) error {
		if d.begun.Load() {
			return errStopping
		}
		return nil
	}}
}

// Around asks clients to close their connections, from Begin on.
func (d *Drain) Around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.begun.Load() {
			w.Header().Set("Connection", "close") // for HTTP/2, net/http sends GOAWAY
		}
		next.ServeHTTP(w, r)
	})
}

package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

const (
	// patience is how long a client may take between two pieces of a request.
	patience = time.Minute
	// lingering is how long it may go on sending what nobody reads any more.
	lingering = 5 * time.Second
	// statusClientGone is what is logged and counted where a client did not wait for the answer, as other proxies do.
	statusClientGone = 499
)

// upload is the body of a request. A connection has no other limit: uploads take as long as the API lets
// them.
type upload struct {
	io.ReadCloser

	control  *http.ResponseController
	clock    provider.Clock
	patience time.Duration
	began    atomic.Bool
	// over: all of it was read. Otherwise fault says why not, once reading failed.
	over  atomic.Bool
	fault atomic.Pointer[error]
}

// newUpload returns nil for a request without a body.
func (p *Proxy) newUpload(w http.ResponseWriter, r *http.Request) *upload {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	return &upload{ReadCloser: r.Body, control: http.NewResponseController(w), clock: p.config.Clock, patience: p.config.Patience}
}

// Read is part of io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	u.began.Store(true)
	u.within(u.patience)
	n, err := u.ReadCloser.Read(p)
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		u.over.Store(true)
		// The server waits from now on for the client to go away, which it may take its time for.
		_ = u.control.SetReadDeadline(time.Time{})
	default:
		u.fault.CompareAndSwap(nil, &err)
	}
	return n, err
}

// within has reads end. Only connections of tests have no deadlines.
func (u *upload) within(limit time.Duration) { _ = u.control.SetReadDeadline(u.clock().Add(limit)) }

// linger ends the wait for a rest that nobody reads: otherwise who is refused would hold the connection for
// as long as they like.
func (u *upload) linger() {
	if u != nil && !u.over.Load() {
		u.within(min(u.patience, lingering))
	}
}

// unread tells whether nobody has begun to read it.
func (u *upload) unread() bool { return u != nil && !u.began.Load() }

// failure is what the client did wrong, or the status 0.
func (u *upload) failure() (status int, detail string) {
	if u == nil {
		return 0, ""
	}
	fault := u.fault.Load()
	switch {
	case fault == nil || errors.Is(*fault, http.ErrBodyReadAfterClose):
		return 0, ""
	case errors.Is(*fault, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, "The request was not sent in time."
	case errors.Is(*fault, io.ErrUnexpectedEOF) || errors.Is(*fault, context.Canceled):
		return statusClientGone, ""
	default:
		return http.StatusBadRequest, "The body of the request cannot be read."
	}
}

package itself

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// ErrNotServing: the handler is not there yet.
var ErrNotServing = errors.New("itself: the server has not started")

// ErrAborted: the server hung up in the middle of the answer.
var ErrAborted = errors.New("itself: the answer was cut off")

// Server is this server. Its handler has pages that need the Server, so it comes later.
type Server struct {
	host    string
	handler atomic.Pointer[http.Handler]
}

// New makes the Server of an issuer. It returns an error for an issuer that is no URL.
func New(issuer string) (*Server, error) {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("itself: %q is not an origin", issuer)
	}
	return &Server{host: u.Host}, nil
}

// Serve gives it the public handler.
func (s *Server) Serve(h http.Handler) { s.handler.Store(&h) }

// Do sends a request to a path with its query, and keeps at most maxBody bytes of the body of the answer. It comes from
// the address of the person whose request ctx belongs to, so that limits count it as theirs.
func (s *Server) Do(ctx context.Context, method, path string, header http.Header, body string, maxBody int64) (outbound.Reply, error) {
	handler := s.handler.Load()
	if handler == nil {
		return outbound.Reply{}, ErrNotServing
	}
	r, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if err != nil {
		return outbound.Reply{}, fmt.Errorf("itself: %w", err)
	}
	asker := canonical.From(ctx)
	r.Header = header.Clone()
	r.Header.Set("User-Agent", asker.UserAgent)
	r.Host, r.RequestURI, r.RemoteAddr = s.host, r.URL.RequestURI(), netip.AddrPortFrom(asker.ClientAddress, 0).String()
	w := &answer{header: http.Header{}, room: maxBody}
	if serve(*handler, w, r) {
		return outbound.Reply{}, ErrAborted
	}
	return outbound.Reply{Status: w.status, Header: w.header, Body: w.body.Bytes(), Cut: w.cut}, nil
}

// serve has a handler answer, and tells whether it hung up instead (http.ErrAbortHandler): that would be the connection of
// the person whose request is going on.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			aborted = true
		default:
			panic(cause)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// answer is a response that is kept, as far as there is room.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	room   int64
	cut    bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	kept := p
	if int64(len(kept)) > a.room {
		kept, a.cut = kept[:a.room], true
	}
	a.room -= int64(len(kept))
	a.body.Write(kept)
	return len(p), nil
}

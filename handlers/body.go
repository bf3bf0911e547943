package handlers

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// maxBody is enough for every protocol request, and small enough for many at once.
const maxBody = 64 << 10

// errUnreadableBody: the body did not arrive as announced (truncated, too slow, or malformed
// chunks). It is a fault of the client, not of the server.
var errUnreadableBody = errors.New("unreadable request body")

// limitBody refuses bodies over the limit when they are read.
func limitBody(limit int64, next route.HandlerFunc) route.HandlerFunc {
	if limit == 0 {
		limit = maxBody
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &body{http.MaxBytesReader(innermost(w), r.Body, limit)}
		}
		return next(w, r)
	}
}

// innermost is the response writer of net/http: MaxBytesReader makes it close the connection;
// otherwise the rest of the body would be read.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

type body struct{ io.ReadCloser }

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.Reader: EOF is never wrapped
		err = fmt.Errorf("%w: %w", errUnreadableBody, err)
	}
	return n, err
}

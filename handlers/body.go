package handlers

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// maxBody is enough for every request of the protocols, and little enough for many at once.
const maxBody = 64 << 10

// errUnreadableBody: the caller's body did not arrive as announced (cut off, too slow, or
// broken chunks). It is the caller's fault, not ours.
var errUnreadableBody = errors.New("unreadable request body")

// limitBody refuses bodies over the limit, when they are read.
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

// innermost is the writer of net/http: MaxBytesReader tells it to close the connection,
// or the rest of the body would be read to the end.
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

package proxy

import (
	"context"
	"mime"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// passed is a request that was let through: who it is from, what the API is told of that, and what ends it.
type passed struct {
	principal resource.Principal
	headers   http.Header
	end       context.CancelFunc
}

type passedKey struct{}

// identityOf are the headers of a request that was let through; none on a public route.
func identityOf(ctx context.Context) http.Header {
	if p, ok := ctx.Value(passedKey{}).(*passed); ok {
		return p.headers
	}
	return nil
}

// lookAgain is how often the revocations are looked at, which come in the background.
const lookAgain = time.Second

// limit has a stream end with the token: nothing of it is checked any more. Other answers end by
// themselves, however long they take.
func (p *Proxy) limit(r *http.Response) error {
	ctx := r.Request.Context()
	if who, ok := ctx.Value(passedKey{}).(*passed); ok && isStream(r) {
		go p.endWithToken(ctx, who)
	}
	return nil
}

// isStream: a WebSocket or another upgraded connection, and events (Server-Sent Events).
func isStream(r *http.Response) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.StatusCode == http.StatusSwitchingProtocols || (err == nil && kind == "text/event-stream")
}

// endWithToken ends a request when its token expires or was revoked, and itself with the request.
func (p *Proxy) endWithToken(ctx context.Context, who *passed) {
	defer who.end()
	var expired, again <-chan time.Time
	if at := who.principal.ExpiresAt; !at.IsZero() {
		timer := time.NewTimer(max(at.Sub(p.config.Clock()), time.Second))
		defer timer.Stop()
		expired = timer.C
	}
	if p.watches {
		ticker := time.NewTicker(lookAgain)
		defer ticker.Stop()
		again = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-expired:
			return
		case <-again:
			if p.config.Verifier.Revoked(who.principal) {
				return
			}
		}
	}
}

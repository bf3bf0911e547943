package canonical

import (
	"log/slog"
	"net/netip"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Line collects the log fields of one request. The exported fields are set by the outer handler; the
// methods are for all code that handles the request. A Line is used by the goroutine that serves
// its request; only Statements may be called from several.
type Line struct {
	RequestID string
	// TraceID is set while the request's trace is recorded.
	TraceID string
	// Method is a standard method or OTHER: a request can contain any word.
	Method string
	// Route is the template of the route, never the path.
	Route string
	// ClientAddress is the address that the request came from, behind trusted proxies.
	ClientAddress netip.Addr
	// UserAgent is what the caller says that it is, for the audit log.
	UserAgent string
	// Status is 0 until the response header is written.
	Status int
	// Level of the line; the zero value is info.
	Level slog.Level
	// Bytes of the response body.
	Bytes int64

	client, grantType, outcome string
	refused                    refusal.Code
	check                      refusal.Check
	errorID                    string
	cause                      error
	statements                 atomic.Int64
}

// Client notes the client of the request.
func (l *Line) Client(id string) { l.client = id }

// GrantType notes the requested grant type.
func (l *Line) GrantType(name string) { l.grantType = name }

// ClientID is the client that was noted; empty: none.
func (l *Line) ClientID() string { return l.client }

// Outcome notes the outcome in a word chosen by the endpoint. Without it the line says "ok",
// "refused" or "failed".
func (l *Line) Outcome(word string) { l.outcome = word }

// Origin is part of audit.Request.
func (l *Line) Origin() audit.Origin {
	return audit.Origin{ClientID: l.client, Address: l.ClientAddress.String(), UserAgent: l.UserAgent, RequestID: l.RequestID}
}

// Statements adds n database statements of the request.
func (l *Line) Statements(n int) { l.statements.Add(int64(n)) }

// Refused notes an error response, with the id that the caller got and the cause that the caller
// did not get.
func (l *Line) Refused(r *refusal.Refusal, errorID string, cause error) {
	l.refused, l.check, l.errorID, l.cause = r.Code, r.Check, errorID, cause
	if r.ClientID != "" {
		l.client = r.ClientID
	}
}

// Refusal is the error code and check of the response; empty when there was no error.
func (l *Line) Refusal() (refusal.Code, refusal.Check) { return l.refused, l.check }

// AskedGrantType is the grant type that was noted.
func (l *Line) AskedGrantType() string { return l.grantType }

// AddressPrefix is the client's address as limits count it.
func (l *Line) AddressPrefix() string { return ratelimit.Prefix(l.ClientAddress) }

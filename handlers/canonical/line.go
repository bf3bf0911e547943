package canonical

import (
	"net/netip"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Line collects what the log says about one request. The fields belong to the frame; the
// methods are for everyone who takes part in answering. A Line is used by the goroutine
// that serves its request; only Statements may be called from several.
type Line struct {
	RequestID string
	// TraceID is set while the request is traced, and its trace is recorded.
	TraceID string
	// Method is a method of the standard or OTHER: any word can stand in a request.
	Method string
	// Route is the template of the route, never the path.
	Route string
	// ClientAddress is the address that the request came from, behind trusted proxies.
	ClientAddress netip.Addr
	// Status is 0 until the header of the answer was written.
	Status int
	// Bytes of the body of the answer.
	Bytes int64

	client, grantType, outcome string
	refused                    refusal.Code
	check                      refusal.Check
	errorID                    string
	cause                      error
	statements                 atomic.Int64
}

// Client notes the client concerned.
func (l *Line) Client(id string) { l.client = id }

// GrantType notes the grant that the token endpoint was asked for.
func (l *Line) GrantType(name string) { l.grantType = name }

// Outcome notes how it ended, in a word of the endpoint's own. Without it the line says
// "ok", "refused" or "failed".
func (l *Line) Outcome(word string) { l.outcome = word }

// Statements counts n statements that the database carried out for the request.
func (l *Line) Statements(n int) { l.statements.Add(int64(n)) }

// Refused notes that the answer was an error, with the id that the caller got and the
// cause that the caller did not get.
func (l *Line) Refused(r *refusal.Refusal, errorID string, cause error) {
	l.refused, l.check, l.errorID, l.cause = r.Code, r.Check, errorID, cause
	if r.ClientID != "" {
		l.client = r.ClientID
	}
}

// Refusal is the error that was answered, and what refused; empty when there was none.
func (l *Line) Refusal() (refusal.Code, refusal.Check) { return l.refused, l.check }

// AskedGrantType is the grant that was noted.
func (l *Line) AskedGrantType() string { return l.grantType }

// AddressPrefix is the address as limits count it: one IPv4 address, or the /64 that a
// household has of IPv6.
func (l *Line) AddressPrefix() string {
	address := l.ClientAddress.Unmap()
	bits := 32
	if address.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(address, bits).Masked().String()
}

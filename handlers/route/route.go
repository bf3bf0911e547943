package route

import (
	"context"
	"net/http"
	"time"
)

// HandlerFunc answers a request, or returns the error to answer with. After it returned an
// error nothing may have been written.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Later is returned by an endpoint that has nothing to answer yet. What the request holds is released before it waits,
// its stack included: thousands can wait for long.
type Later struct {
	// Wait returns when there is something to answer, or ctx has ended. It must not need much of the stack.
	Wait func(ctx context.Context)
	// Answer answers then, in the time of the route.
	Answer HandlerFunc
}

func (*Later) Error() string { return "the answer comes later" }

// CORSRule says which scripts of other origins may read the answer.
type CORSRule int

// The rules. The zero value is the strict one.
const (
	// NoCORS: none. For whatever a browser visits or a server calls.
	NoCORS CORSRule = iota
	// AnyOrigin: all, since the answer is public.
	AnyOrigin
	// PublicClientOrigins: those that a public client is registered at.
	PublicClientOrigins
)

// Format is how errors look.
type Format int

// The formats. The zero value stands for Page under that protection, else for JSON.
const (
	ByProtection Format = iota
	// JSON is the error response of RFC 6749 section 5.2.
	JSON
	// HTML is a page for a person.
	HTML
	// Negotiated is a page for who prefers HTML, else JSON.
	Negotiated
)

// Route is one line of the table. Path may hold {variables}; literal paths come before
// templates whatever their order in the table.
type Route struct {
	Name    string
	Methods []string // HEAD comes with GET, OPTIONS with CORS
	Path    string
	// Aliases are other paths of the route. They are rewritten to Path before anything
	// looks at the URL, and have no variables.
	Aliases []string
	// FormAliases are aliases for requests with a form as their body; with another body their path
	// is that of another route.
	FormAliases []string
	Protection  Protection
	CORS        CORSRule
	Errors      Format
	// Policies are the rate limits that apply, by name.
	Policies []string
	// MaxBody in bytes; 0 stands for 64 KiB.
	MaxBody int64
	// Timeout is the time that a request may take; 0 stands for that of the frame. The server closes
	// connections after 30 s.
	Timeout time.Duration
	Handler HandlerFunc
}

// ErrorFormat is how the route's errors look.
func (r Route) ErrorFormat() Format {
	switch {
	case r.Errors != ByProtection:
		return r.Errors
	case r.Protection == Page || r.Protection.Kind() == Session:
		return HTML
	default:
		return JSON
	}
}

// Head answers HEAD where a GET has consequences, such as a code or the end of a session: link
// checkers, previews and prefetchers send it, and its response is not read.
func Head(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusOK)
	return nil
}

package route

import (
	"net/http"
	"strings"
)

// Protection says who may call a route. The zero value is none of them: a route whose
// author did not think about it keeps the server from starting.
type Protection string

// The protections. Session, and those that Bearer and Admin make, are enforced before the
// endpoint, by the guard of their kind.
const (
	// Open: anyone, and nothing about it is secret.
	Open Protection = "open"
	// ClientAuthenticated: the endpoint authenticates the client itself.
	ClientAuthenticated Protection = "client authenticated"
	// Page: anyone, by browser; errors are shown as a page.
	Page Protection = "page"
	// Session: a browser in which a user is signed in.
	Session Protection = "session"

	bearer Protection = "bearer"
	admin  Protection = "admin"
)

// Bearer is for requests with an access token that has the scope (RFC 6750).
func Bearer(scope string) Protection { return bearer + Protection(" "+scope) }

// Admin is for administrators who may do what the scope stands for.
func Admin(scope string) Protection { return admin + Protection(" "+scope) }

// Kind is the protection without its scope.
func (p Protection) Kind() Protection {
	if p == ClientAuthenticated {
		return p
	}
	kind, _, _ := strings.Cut(string(p), " ")
	return Protection(kind)
}

// Scope is that of Bearer or Admin.
func (p Protection) Scope() string {
	_, scope, _ := strings.Cut(string(p), " ")
	return scope
}

// Known tells whether it is one of this package, complete.
func (p Protection) Known() bool {
	switch p.Kind() {
	case Open, ClientAuthenticated, Page, Session:
		return p == p.Kind()
	case bearer, admin:
		return p.Scope() != ""
	default:
		return false
	}
}

// Guard lets a request through to its endpoint, with what it found out in the context, or returns
// the refusal to answer with.
type Guard func(r *http.Request, scope string) (*http.Request, error)

// Guards enforce the kinds of protection. A route whose kind has none keeps the server from
// starting.
type Guards struct{ Session, Bearer, Admin Guard }

// Of is the guard of a protection; nil where the endpoint needs none.
func (g Guards) Of(p Protection) (guard Guard, needed bool) {
	switch p.Kind() {
	case Session:
		return g.Session, true
	case bearer:
		return g.Bearer, true
	case admin:
		return g.Admin, true
	default:
		return nil, false
	}
}

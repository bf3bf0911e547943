package resource

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4/json"
)

// The kinds of refusals, for errors.Is. Every error of Verify is one of these.
var (
	// ErrNoToken: the request has no access token.
	ErrNoToken = errors.New("resource: no access token")
	// ErrInvalidRequest: the request is malformed, such as one with two tokens.
	ErrInvalidRequest = errors.New("resource: invalid request")
	// ErrInvalidToken: the token is expired, revoked, forged, or not for this API.
	ErrInvalidToken = errors.New("resource: invalid token")
	// ErrInsufficientScope: the token is good, but does not have the required scope.
	ErrInsufficientScope = errors.New("resource: insufficient scope")
	// ErrInsufficientAuthentication: the token is good, but its user must authenticate anew or
	// better (RFC 9470).
	ErrInsufficientAuthentication = errors.New("resource: insufficient user authentication")
	// ErrUnavailable: the token could not be checked, since the provider cannot be reached or does
	// not answer as it must. The token may be good: try again later.
	ErrUnavailable = errors.New("resource: token cannot be checked now")
)

// Error is why a request was refused. Its text and its cause are for logs; Description is safe to
// show to the caller. None of them has any part of the token in it.
type Error struct {
	// Reason is one of a closed set, for metrics and logs.
	Reason Reason
	// Status is the HTTP status: 400, 401, 403 or 503.
	Status int
	// Code is the error code of RFC 6750 or RFC 9470; empty without a token and for status 503.
	Code string
	// Description is a sentence for the developer of the client.
	Description string
	// Scopes are those that are required, ACR and MaxAge how the user must be authenticated.
	Scopes []string
	ACR    []string
	MaxAge time.Duration
	// RetryAfter is when to try again after status 503.
	RetryAfter time.Duration

	kind, cause error
}

func (e *Error) Error() string {
	text := e.kind.Error() + " (" + e.Reason.String() + ")"
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns one of the Err values of this package, and the cause if there is one.
func (e *Error) Unwrap() []error {
	if e.cause == nil {
		return []error{e.kind}
	}
	return []error{e.kind, e.cause}
}

// jsonFault says what is wrong with a text without anything of what is in it.
func jsonFault(err error) error {
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON, at byte %d", syntax.Offset)
	case errors.As(err, &mistyped):
		return fmt.Errorf("a JSON value of a wrong type, at byte %d", mistyped.Offset)
	default: // such as a name that is there twice
		return errors.New("not usable as JSON")
	}
}

func (e *Error) because(cause error) *Error {
	e.cause = cause
	return e
}

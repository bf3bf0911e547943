package refusal

import (
	"errors"
	"time"
)

// Code is an error code of the OAuth registry (RFC 6749 section 11.4) or of the
// specification that a check implements. No other code leaves Gatehouse.
type Code string

// The codes in use.
const (
	InvalidRequest         Code = "invalid_request"
	InvalidClient          Code = "invalid_client"
	InvalidGrant           Code = "invalid_grant"
	InvalidScope           Code = "invalid_scope"
	InvalidTarget          Code = "invalid_target" // RFC 8707 section 2
	InvalidToken           Code = "invalid_token"  // RFC 6750 section 3.1
	UnauthorizedClient     Code = "unauthorized_client"
	UnsupportedGrantType   Code = "unsupported_grant_type"
	UnsupportedTokenType   Code = "unsupported_token_type" // RFC 7009 section 2.2.1
	AccessDenied           Code = "access_denied"
	ServerError            Code = "server_error"
	TemporarilyUnavailable Code = "temporarily_unavailable"
	// Of the authorization endpoint: RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
	UnsupportedResponseType  Code = "unsupported_response_type"
	LoginRequired            Code = "login_required"
	ConsentRequired          Code = "consent_required"
	RequestNotSupported      Code = "request_not_supported"
	RequestURINotSupported   Code = "request_uri_not_supported"
	RegistrationNotSupported Code = "registration_not_supported"
	// RFC 9101 section 7.
	InvalidRequestObject Code = "invalid_request_object"
	InvalidRequestURI    Code = "invalid_request_uri"
	InsufficientScope    Code = "insufficient_scope" // RFC 6750 section 3.1
	// RFC 9470 section 3.
	InsufficientUserAuthentication Code = "insufficient_user_authentication"
	// OpenID Connect Core Error Code unmet_authentication_requirements section 2.
	UnmetAuthenticationRequirements Code = "unmet_authentication_requirements"

	// Of client registration: RFC 7591 section 3.2.2.
	InvalidRedirectURI          Code = "invalid_redirect_uri"
	InvalidClientMetadata       Code = "invalid_client_metadata"
	InvalidSoftwareStatement    Code = "invalid_software_statement"
	UnapprovedSoftwareStatement Code = "unapproved_software_statement"

	NotFound         Code = "not_found"          // pages and management only
	MethodNotAllowed Code = "method_not_allowed" // pages and management only
)

// Refusal is an error with an answer. Handlers return it; the renderer writes it.
type Refusal struct {
	// Code and Description are what the client reads. Description is one plain
	// sentence without input of the caller's in it, and says what to change.
	Code        Code
	Description string
	// Status is the HTTP status; 0 stands for the usual one of the code.
	Status int
	// Check names what refused, for the explanation, the log and the metrics.
	Check Check
	// ClientID is the client concerned, as far as it was identified.
	ClientID string
	// Expected and Received are set by Compare and seen by administrators only.
	Field              Field
	Expected, Received string
	// RetryAfter, when positive, is sent as Retry-After in whole seconds.
	RetryAfter time.Duration
	// Problems are all fields that are wrong, of a request that names fields.
	Problems []Problem
	// Challenge, when set, is sent as WWW-Authenticate.
	Challenge string
	// Cause is for the log alone.
	Cause error
}

// Problem is a field that is wrong: by its JSON pointer (RFC 6901) into the body, or the name of a
// parameter.
type Problem struct {
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

// New makes a refusal by the given check.
func New(code Code, check Check, description string) *Refusal {
	return &Refusal{Code: code, Check: check, Description: description}
}

// Of finds the refusal in err. Any other error is a fault of the server: it becomes a
// server_error that reveals nothing to the caller and keeps err as the cause.
func Of(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return New(ServerError, CheckInternal, "The request could not be completed because of a fault in this server.").Because(err)
}

// Because adds the cause that the log shows.
func (r *Refusal) Because(err error) *Refusal {
	r.Cause = err
	return r
}

// For names the client concerned.
func (r *Refusal) For(clientID string) *Refusal {
	r.ClientID = clientID
	return r
}

// WithStatus sets another HTTP status than the code's usual one.
func (r *Refusal) WithStatus(status int) *Refusal {
	r.Status = status
	return r
}

// Error is for logs. It carries the cause and must not be sent to anyone.
func (r *Refusal) Error() string {
	text := string(r.Code) + " (" + string(r.Check) + "): " + r.Description
	if r.Cause != nil {
		text += ": " + r.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// HTTPStatus is the status to answer with (RFC 9110 section 15; numbers, because the domain
// does not import HTTP).
func (r *Refusal) HTTPStatus() int {
	if r.Status != 0 {
		return r.Status
	}
	switch r.Code {
	case InvalidClient, InvalidToken, InsufficientUserAuthentication:
		return 401
	case AccessDenied, InsufficientScope:
		return 403
	case NotFound:
		return 404
	case MethodNotAllowed:
		return 405
	case ServerError:
		return 500
	case TemporarilyUnavailable:
		return 503
	default:
		return 400
	}
}

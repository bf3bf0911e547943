package resource

import "net/http"

// Reason says which check refused a request. The set is closed, so that it can be a label of a
// metric.
type Reason int

// The reasons.
const (
	NoToken Reason = iota
	RepeatedToken
	MalformedHeader
	TokenTooLong
	MalformedToken
	AlgorithmNotAllowed
	CriticalHeader
	WrongType
	UnknownKey
	BadSignature
	BadClaims
	WrongIssuer
	WrongAudience
	Expired
	NotYetValid
	NotAnAccessToken
	Inactive
	OpaqueToken
	Revoked
	ProofMissing
	ScopeMissing
	AuthenticationTooWeak
	AuthenticationTooOld
	ProviderUnavailable
	reasons // how many there are
)

// String returns the reason in snake case, such as wrong_audience.
func (r Reason) String() string { return r.text().name }

type reasonText struct {
	name, description string
}

func (r Reason) text() reasonText {
	switch r {
	case NoToken:
		return reasonText{"no_token", "An access token is required, in the header Authorization: Bearer TOKEN."}
	case RepeatedToken:
		return reasonText{"repeated_token", "The access token was sent more than once."}
	case MalformedHeader:
		return reasonText{"malformed_header", "The Authorization header must be Bearer, a space, and the access token."}
	case TokenTooLong:
		return reasonText{"token_too_long", "The access token is too long."}
	case MalformedToken:
		return reasonText{"malformed_token", "The access token is malformed."}
	case AlgorithmNotAllowed:
		return reasonText{"algorithm_not_allowed", "The access token is signed by an algorithm that is not accepted."}
	case CriticalHeader:
		return reasonText{"critical_header", "The access token has critical header parameters, and none are supported."}
	case WrongType:
		return reasonText{"wrong_type", "The token is not of the type at+jwt."}
	case UnknownKey:
		return reasonText{"unknown_key", "The access token is not signed by a key of the issuer."}
	case BadSignature:
		return reasonText{"bad_signature", "The signature of the access token is not valid."}
	case BadClaims:
		return reasonText{"bad_claims", "The access token lacks a required claim, or has one of a wrong type."}
	case WrongIssuer:
		return reasonText{"wrong_issuer", "The access token is from another issuer."}
	case WrongAudience:
		return reasonText{"wrong_audience", "The access token is for another audience."}
	case Expired:
		return reasonText{"expired", "The access token has expired."}
	case NotYetValid:
		return reasonText{"not_yet_valid", "The access token is not valid yet."}
	case NotAnAccessToken:
		return reasonText{"not_an_access_token", "The token is not an access token."}
	case Inactive:
		return reasonText{"inactive", "The access token is unknown, expired or revoked."}
	case OpaqueToken:
		return reasonText{"opaque_token", "The access token is not a JWT, and others are not accepted."}
	case Revoked:
		return reasonText{"revoked", "The access token was revoked."}
	case ProofMissing:
		return reasonText{"proof_missing", "The access token is bound to a key, and possession of it was not proven."}
	case ScopeMissing:
		return reasonText{"scope_missing", "The access token does not have the required scope."}
	case AuthenticationTooWeak:
		return reasonText{"authentication_too_weak", "A different authentication of the user is required."}
	case AuthenticationTooOld:
		return reasonText{"authentication_too_old", "A more recent authentication of the user is required."}
	case ProviderUnavailable:
		return reasonText{"provider_unavailable", "The access token cannot be checked now. Try again later."}
	default:
		return reasonText{"unknown", "The request was refused."}
	}
}

// refuse makes the error for a reason: the status and code of RFC 6750 section 3.1, or of RFC 9470
// section 3.
func refuse(r Reason) *Error {
	e := &Error{Reason: r, Description: r.text().description, Status: http.StatusUnauthorized, Code: "invalid_token", kind: ErrInvalidToken}
	switch r {
	case NoToken: // RFC 6750 section 3: no error code
		e.Code, e.kind = "", ErrNoToken
	case RepeatedToken, MalformedHeader:
		e.Status, e.Code, e.kind = http.StatusBadRequest, "invalid_request", ErrInvalidRequest
	case ScopeMissing:
		e.Status, e.Code, e.kind = http.StatusForbidden, "insufficient_scope", ErrInsufficientScope
	case AuthenticationTooWeak, AuthenticationTooOld:
		e.Code, e.kind = "insufficient_user_authentication", ErrInsufficientAuthentication
	case ProviderUnavailable:
		e.Status, e.Code, e.kind = http.StatusServiceUnavailable, "", ErrUnavailable
	default: // the token is invalid
	}
	return e
}

package metrics

import "slices"

// What was given at a sign-in, from the authentication methods of the events (RFC 8176).
const (
	methodPassword   = "password"
	methodRemembered = "remembered"
	methodCode       = "code"
	methodPasskey    = "passkey"
)

// methodOf is the strongest of what was given.
func methodOf(methods []string) string {
	has := func(method string) bool { return slices.Contains(methods, method) }
	switch {
	case has("pop"), has("hwk"), has("swk"):
		return methodPasskey
	case has("otp"):
		return methodCode
	case has("remembered"):
		return methodRemembered
	case has("pwd"):
		return methodPassword
	default:
		return other
	}
}

// by counts a sign-in by what was given.
func (s *SignIns) by(methods []string) { s.methods.WithLabelValues(methodOf(methods)).Inc() }

// steppedUp counts a factor of a signed-in user.
func (s *SignIns) steppedUp(methods []string) { s.stepUps.WithLabelValues(methodOf(methods)).Inc() }

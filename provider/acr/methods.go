package acr

import "slices"

// Authentication methods (RFC 8176 section 2).
const (
	MethodPassword = "pwd"
	MethodCode     = "otp" // a one-time code, of an application, by mail or of a list
	MethodKey      = "pop" // a key of which nothing is known but that the user has it
	MethodHardware = "hwk" // a key in hardware
	MethodSoftware = "swk" // a key in software
	MethodPresence = "user"
	MethodMultiple = "mfa"
)

// Of is the class that the methods reach together; empty: none.
func Of(methods []string) string {
	has := func(method string) bool { return slices.Contains(methods, method) }
	switch {
	case has(MethodHardware):
		return HardwareProtected
	case has(MethodKey), has(MethodSoftware):
		return PhishingResistant
	case has(MethodPassword) && has(MethodCode):
		return TwoFactors
	case has(MethodPassword):
		return Password
	default:
		return ""
	}
}

// IsSecond tells whether the methods contain one beside the password.
func IsSecond(methods []string) bool {
	return slices.ContainsFunc(methods, func(method string) bool {
		return method == MethodCode || isKey(method)
	})
}

func isKey(method string) bool {
	return method == MethodKey || method == MethodHardware || method == MethodSoftware
}

// Together are the methods of several proofs, each once, in the order of the proofs, with MethodMultiple
// where there are a password and another one.
func Together(proofs ...[]string) []string {
	var all []string
	for _, method := range slices.Concat(proofs...) {
		if method != MethodMultiple && !slices.Contains(all, method) {
			all = append(all, method)
		}
	}
	multiple := slices.Contains(slices.Concat(proofs...), MethodMultiple)
	if multiple || (slices.Contains(all, MethodPassword) && IsSecond(all)) {
		all = append(all, MethodMultiple)
	}
	return all
}

package acr

import "slices"

// The classes, from weak to strong. PhishingResistant and HardwareProtected are registered names (OpenID
// Connect Extended Authentication Profile ACR Values section 2).
const (
	Password          = "1"    // a password alone
	TwoFactors        = "2"    // a password, and a code
	PhishingResistant = "phr"  // a key that answers to this server alone
	HardwareProtected = "phrh" // such a key, in hardware of a kind that the operator trusts
)

// Classes are all classes, from weak to strong.
func Classes() []string {
	return []string{Password, TwoFactors, PhishingResistant, HardwareProtected}
}

// UpTo are the classes that are no stronger than the given one.
func UpTo(class string) []string { return Classes()[:rank(class)] }

// Known tells whether it is one of the classes.
func Known(class string) bool { return rank(class) > 0 }

// rank is the place in the order, from 1; 0: it is none of them.
func rank(class string) int { return slices.Index(Classes(), class) + 1 }

// Satisfies tells whether who has reached a class has what another one demands: a stronger one satisfies
// a weaker. Every class satisfies the empty one; one that is not known satisfies nothing else, and is
// satisfied by nothing.
func Satisfies(reached, demanded string) bool {
	switch {
	case demanded == "":
		return true
	case !Known(demanded):
		return false
	default:
		return rank(reached) >= rank(demanded)
	}
}

// Stronger is the stronger of two classes; each may be empty.
func Stronger(a, b string) string {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// Weakest is the weakest known one of a list, which is what it demands when each will do; empty: none is
// known.
func Weakest(classes []string) (weakest string) {
	for _, class := range classes {
		if Known(class) && (weakest == "" || rank(class) < rank(weakest)) {
			weakest = class
		}
	}
	return weakest
}

// Reported is the class that tokens name: the strongest one of those asked for that was reached, so that
// an application finds the value that it knows, or else the reached one itself.
func Reported(reached string, asked []string) string {
	var named string
	for _, class := range asked {
		if Satisfies(reached, class) {
			named = Stronger(named, class)
		}
	}
	if named == "" {
		return reached
	}
	return named
}

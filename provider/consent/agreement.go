package consent

import "slices"

// Agreement is what a user is asked to allow, or has allowed, in one request.
type Agreement struct {
	Scopes []string
	// Claims are those requested individually, beyond what the scopes release.
	Claims []string
	// Audience names the resources that the access is for (RFC 8707).
	Audience []string
}

// Covers tells whether everything requested was agreed to. A scope covers its claims; a claim
// does not cover its scope.
func (a Agreement) Covers(asked Agreement) bool { return Remembered{}.And(a).Covers(asked) }

// resources is the audience, or anyResource.
func (a Agreement) resources() []string {
	if len(a.Audience) == 0 {
		return []string{anyResource}
	}
	return a.Audience
}

// within tells whether every value of one list is in the other.
func within(list, of []string) bool {
	return !slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(of, v) })
}

// union is a new list with each value once, in order of appearance.
func union(a, b []string) []string {
	var all []string
	for _, v := range slices.Concat(a, b) {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

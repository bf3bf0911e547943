package consent

import (
	"slices"
	"time"
)

// Agreement is what a user is asked to allow, or has allowed.
type Agreement struct {
	Scopes []string
	// Claims are those requested individually, beyond what the scopes release.
	Claims []string
	// Audience names the resources that the access is for (RFC 8707).
	Audience []string
}

// Covers tells whether everything requested was agreed to. A scope covers its claims; a claim
// does not cover its scope.
func (a Agreement) Covers(asked Agreement) bool {
	if !within(asked.Scopes, a.Scopes) {
		return false
	}
	for _, claim := range asked.Claims {
		if !slices.Contains(a.Claims, claim) && !slices.Contains(a.Scopes, ScopeOf(claim)) {
			return false
		}
	}
	return within(asked.resources(), a.resources())
}

// And is both together, if that is no more than the two: what was agreed to for one resource is not
// agreed to for another (RFC 8707 section 2). Otherwise it is other, the newer one.
func (a Agreement) And(other Agreement) Agreement {
	same := func(x, y []string) bool { return within(x, y) && within(y, x) }
	switch {
	case a.Covers(other):
		return a
	case other.Covers(a):
		return other
	case same(a.resources(), other.resources()), same(a.Scopes, other.Scopes) && same(a.Claims, other.Claims):
		return Agreement{
			Scopes: union(a.Scopes, other.Scopes), Claims: union(a.Claims, other.Claims), Audience: union(a.resources(), other.resources()),
		}
	default:
		return other
	}
}

// noResource stands for a token without an audience: it is valid here, and wherever it may be
// introspected, and is not included in one for a resource. No audience has control characters.
const noResource = "\x01"

// resources is the audience, never empty.
func (a Agreement) resources() []string {
	if len(a.Audience) == 0 {
		return []string{noResource}
	}
	return a.Audience
}

// Resources is the audience for people to read.
func (a Agreement) Resources() []string {
	return slices.DeleteFunc(slices.Clone(a.Audience), func(r string) bool { return r == noResource })
}

// within tells whether every value of one list is in the other.
func within(list, of []string) bool {
	return !slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(of, v) })
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// Standing is the relation of a user to a client.
type Standing struct {
	// MayUse is false when the client is for other users only.
	MayUse bool
	// Remembered is what the user agreed to and wanted remembered.
	Remembered Agreement
}

// Covers tells whether everything requested was agreed to before.
func (s Standing) Covers(asked Agreement) bool { return s.Remembered.Covers(asked) }

// Remembered is what a user agreed to for a client, until the user withdraws it.
type Remembered struct {
	Agreement

	ClientID, ClientName string
	UpdatedAt            time.Time
}

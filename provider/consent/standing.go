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
	for _, scope := range asked.Scopes {
		if !slices.Contains(a.Scopes, scope) {
			return false
		}
	}
	for _, claim := range asked.Claims {
		if !slices.Contains(a.Claims, claim) && !slices.Contains(a.Scopes, ScopeOf(claim)) {
			return false
		}
	}
	// A token for one resource is none for another (RFC 8707 section 2), and one for none in
	// particular is good here and wherever it may be introspected.
	if len(asked.Audience) == 0 && len(a.Audience) > 0 {
		return slices.Contains(a.Audience, noResource)
	}
	return !slices.ContainsFunc(asked.Audience, func(resource string) bool { return !slices.Contains(a.Audience, resource) })
}

// And is the union of both.
func (a Agreement) And(other Agreement) Agreement {
	if len(a.Scopes)+len(a.Claims)+len(a.Audience) == 0 {
		return other
	}
	return Agreement{
		Scopes: union(a.Scopes, other.Scopes), Claims: union(a.Claims, other.Claims), Audience: union(a.resources(other), other.resources(a)),
	}
}

// resources is the audience; empty, beside one that is not, it is a value of its own.
func (a Agreement) resources(beside Agreement) []string {
	if len(a.Audience) == 0 && len(beside.Audience) > 0 {
		return []string{noResource}
	}
	return a.Audience
}

// noResource stands among the audiences that were agreed to for a token without one. No audience
// has control characters.
const noResource = "\x01"

// Resources is the audience for people to read.
func (a Agreement) Resources() []string {
	return slices.DeleteFunc(slices.Clone(a.Audience), func(r string) bool { return r == noResource })
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

package consent

import (
	"maps"
	"slices"
)

// Remembered is what a user agreed to for a client, by resource: what was agreed to for one
// resource is not agreed to for another (RFC 8707 section 2). The key anyResource stands for access
// without an audience.
type Remembered map[string]Access

// Access is what a user agreed to for one resource.
type Access struct {
	Scopes []string `json:"scopes"`
	Claims []string `json:"claims,omitempty"`
}

// anyResource is not included in a resource, nor the other way around: a token without an audience
// is valid at UserInfo and wherever it may be introspected.
const anyResource = ""

// Covers tells whether everything requested was agreed to, for each of its resources.
func (r Remembered) Covers(asked Agreement) bool {
	return !slices.ContainsFunc(asked.resources(), func(resource string) bool {
		access, known := r[resource]
		return !known || !access.covers(asked)
	})
}

func (a Access) covers(asked Agreement) bool {
	return within(asked.Scopes, a.Scopes) && !slices.ContainsFunc(asked.Claims, func(claim string) bool {
		return !slices.Contains(a.Claims, claim) && !slices.Contains(a.Scopes, ScopeOf(claim))
	})
}

// And returns what was agreed to before together with a newer agreement.
func (r Remembered) And(newer Agreement) Remembered {
	all := maps.Clone(r)
	if all == nil {
		all = Remembered{}
	}
	for _, resource := range newer.resources() {
		before := all[resource]
		all[resource] = Access{Scopes: union(before.Scopes, newer.Scopes), Claims: union(before.Claims, newer.Claims)}
	}
	return all
}

// WithoutAudience is what was agreed to for no resource in particular.
func (r Remembered) WithoutAudience() Access { return r[anyResource] }

// Agreements lists what was agreed to, sorted by resource. Resources with the same scopes and claims
// are one agreement.
func (r Remembered) Agreements() []Agreement {
	var list []Agreement
	for _, resource := range slices.Sorted(maps.Keys(r)) {
		access := r[resource]
		same := slices.IndexFunc(list, func(a Agreement) bool {
			return len(a.Audience) > 0 && slices.Equal(a.Scopes, access.Scopes) && slices.Equal(a.Claims, access.Claims)
		})
		switch {
		case resource == anyResource:
			list = append(list, Agreement{Scopes: access.Scopes, Claims: access.Claims})
		case same >= 0:
			list[same].Audience = append(list[same].Audience, resource)
		default:
			list = append(list, Agreement{Scopes: access.Scopes, Claims: access.Claims, Audience: []string{resource}})
		}
	}
	return list
}

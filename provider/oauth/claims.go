package oauth

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// rolesOf returns an empty list, not nil, for a user without roles: that they have none is known.
func rolesOf(u *account.User) []string {
	if u.Roles == nil {
		return []string{}
	}
	return u.Roles
}

// pick returns the standard claims about a user (OpenID Connect Core section 5.1) that may be
// released. Unknown ones are left out.
func pick(u *account.User, may func(claim string) bool) map[string]any {
	p := u.Profile
	picked := make(map[string]any, 8)
	for _, text := range [...]struct{ name, value string }{
		{"preferred_username", u.Username},
		{"name", p.Name},
		{"given_name", p.GivenName},
		{"family_name", p.FamilyName},
		{"middle_name", p.MiddleName},
		{"nickname", p.Nickname},
		{"profile", p.Page},
		{"picture", p.Picture},
		{"website", p.Website},
		{"gender", p.Gender},
		{"birthdate", p.Birthdate},
		{"zoneinfo", p.Zoneinfo},
		{"locale", p.Locale},
		{"email", u.Email},
		{"phone_number", u.Phone},
	} {
		if text.value != "" && may(text.name) {
			picked[text.name] = text.value
		}
	}
	if u.Email != "" && may("email_verified") {
		picked["email_verified"] = u.EmailVerified
	}
	if u.Phone != "" && may("phone_number_verified") {
		picked["phone_number_verified"] = u.PhoneVerified
	}
	if p.Address != nil && may("address") {
		picked["address"] = p.Address
	}
	if may("updated_at") {
		picked["updated_at"] = u.UpdatedAt.Unix()
	}
	for _, name := range [...]string{"roles", "groups"} {
		if may(name) {
			picked[name] = rolesOf(u)
		}
	}
	return picked
}

// release decides, each time, which claims are released: what was granted, as far as the client
// may still request it.
type release struct {
	client    *client.Client
	catalogue scopeCatalogue
	// scopes are those of the token, granted those of its grant.
	scopes, granted []string
	// individual tells whether the user agreed to claims beyond the granted scopes.
	individual bool
}

func newRelease(c *client.Client, catalogue scopeCatalogue, g *grant.Grant, scopes []string) release {
	return release{client: c, catalogue: catalogue, scopes: scopes, granted: g.Scopes, individual: g.ClaimsAgreed}
}

// byScope: the token's scopes release the claim.
func (r release) byScope(claim string) bool {
	scope := consent.ScopeOf(claim)
	return r.client.MayAsk(scope) && slices.Contains(r.scopes, scope)
}

// byName: the claims parameter requests the claim. Where its scope was granted too, the scope
// decides: a token with a narrower scope does not get the claim back by name.
func (r release) byName(claim string, asked namedClaims) bool {
	if _, ok := asked[claim]; !ok {
		return false
	}
	scope := consent.ScopeOf(claim)
	if slices.Contains(r.granted, scope) {
		return r.byScope(claim)
	}
	return r.individual && (r.client.MayAsk(scope) || r.byOwnScope(claim))
}

// byOwnScope: a scope of the operator's own releases the claim. That alone is not enough: the scope
// may release more than when the user agreed to it, so the claim must have been agreed to by name.
func (r release) byOwnScope(claim string) bool {
	return slices.ContainsFunc(r.scopes, func(scope string) bool {
		return r.client.MayAsk(scope) && slices.Contains(r.catalogue.ClaimsOf(scope), claim)
	})
}

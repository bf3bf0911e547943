package oauth

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// userClaims is everything that the standard claims say about a user (OpenID Connect Core
// section 5.1). What is not known is left out.
func userClaims(u *account.User) map[string]any {
	p := u.Profile
	roles := rolesOf(u)
	all := map[string]any{"updated_at": u.UpdatedAt.Unix(), "preferred_username": u.Username, "roles": roles, "groups": roles}
	for name, value := range map[string]string{
		"name": p.Name, "given_name": p.GivenName, "family_name": p.FamilyName, "middle_name": p.MiddleName, "nickname": p.Nickname,
		"profile": p.Page, "picture": p.Picture, "website": p.Website, "gender": p.Gender, "birthdate": p.Birthdate,
		"zoneinfo": p.Zoneinfo, "locale": p.Locale, "email": u.Email, "phone_number": u.Phone,
	} {
		if value != "" {
			all[name] = value
		}
	}
	if u.Email != "" {
		all["email_verified"] = u.EmailVerified
	}
	if u.Phone != "" {
		all["phone_number_verified"] = u.PhoneVerified
	}
	if p.Address != nil {
		all["address"] = p.Address
	}
	return all
}

// rolesOf is a list also for who has none: that is known.
func rolesOf(u *account.User) []string {
	if u.Roles == nil {
		return []string{}
	}
	return u.Roles
}

// pick takes the claims that may go out.
func pick(u *account.User, may func(claim string) bool) map[string]any {
	picked := userClaims(u)
	for name := range picked {
		if !may(name) {
			delete(picked, name)
		}
	}
	return picked
}

// release decides, each time that claims go out, which of them may: what was granted, and of
// that what the client may still ask for.
type release struct {
	client *client.Client
	// scopes are those of the token, granted those of its grant.
	scopes, granted []string
	// individual tells whether the person agreed to claims beyond the granted scopes.
	individual bool
}

func newRelease(c *client.Client, g *grant.Grant, scopes []string) release {
	return release{client: c, scopes: scopes, granted: g.Scopes, individual: g.ClaimsAgreed}
}

// byScope: the token's scopes release the claim.
func (r release) byScope(claim string) bool {
	scope := consent.ScopeOf(claim)
	return r.client.MayAsk(scope) && slices.Contains(r.scopes, scope)
}

// byName: the claims parameter asked for it. What its scope was granted for as well goes with
// the scope: a token that was narrowed does not get it back by name.
func (r release) byName(claim string, asked namedClaims) bool {
	if _, ok := asked[claim]; !ok {
		return false
	}
	scope := consent.ScopeOf(claim)
	if slices.Contains(r.granted, scope) {
		return r.byScope(claim)
	}
	return r.individual && r.client.MayAsk(scope)
}

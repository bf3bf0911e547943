package oauth

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// claimsParameter is the claims request parameter (OpenID Connect Core section 5.5). Which
// of the claims are essential makes no difference here: what is there is given.
type claimsParameter struct {
	text     string
	UserInfo map[string]json.RawMessage `json:"userinfo"`
	IDToken  map[string]json.RawMessage `json:"id_token"`
}

func (p *claimsParameter) parse(text string) error {
	if text == "" {
		return nil
	}
	if provider.TooDeep([]byte(text)) {
		return errors.New("oauth: claims nested too deeply")
	}
	p.text = text
	return json.Unmarshal([]byte(text), p)
}

// userClaims is everything that the standard claims say about a user (OpenID Connect Core
// section 5.1). What is not known is left out.
func userClaims(u *account.User) map[string]any {
	p := u.Profile
	all := map[string]any{"updated_at": u.UpdatedAt.Unix(), "preferred_username": u.Username}
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

// scopeClaims is what each scope shows (OpenID Connect Core section 5.4).
func scopeClaims() map[string][]string {
	return map[string][]string{
		"profile": {
			"name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
			"website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
		},
		"email":   {"email", "email_verified"},
		"address": {"address"},
		"phone":   {"phone_number", "phone_number_verified"},
	}
}

// pick takes the claims that scopes and the claims parameter ask for.
func pick(u *account.User, scopes []string, asked map[string]json.RawMessage) map[string]any {
	all, picked := userClaims(u), map[string]any{}
	take := func(name string) {
		if value, ok := all[name]; ok {
			picked[name] = value
		}
	}
	for scope, names := range scopeClaims() {
		if slices.Contains(scopes, scope) {
			for _, name := range names {
				take(name)
			}
		}
	}
	for name := range asked {
		take(name)
	}
	return picked
}

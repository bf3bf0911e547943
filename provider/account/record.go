package account

import "slices"

// record is the user as the audit log shows it: what has a value, without the password's hash.
func (u *User) record() map[string]any {
	values := map[string]any{"username": u.Username, "disabled": u.Disabled, "email_verified": u.EmailVerified, "phone_number_verified": u.PhoneVerified}
	p := u.Profile
	for name, text := range map[string]string{
		"email": u.Email, "phone_number": u.Phone, "name": p.Name, "given_name": p.GivenName, "family_name": p.FamilyName, "middle_name": p.MiddleName,
		"nickname": p.Nickname, "profile": p.Page, "picture": p.Picture, "website": p.Website, "gender": p.Gender, "birthdate": p.Birthdate,
		"zoneinfo": p.Zoneinfo, "locale": p.Locale,
	} {
		if text != "" {
			values[name] = text
		}
	}
	if len(u.Roles) > 0 {
		values["roles"] = slices.Clone(u.Roles)
	}
	if p.Address != nil {
		values["address"] = *p.Address
	}
	return values
}

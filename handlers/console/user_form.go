package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userForm is the page with the form for a new user, or for one that there is.
type userForm struct {
	shell
	revision

	// User is the one that is changed; nil: a new one.
	User *account.User
	// Back is the page to return to without a change.
	Back string
	// Problem is what is wrong with the form as a whole.
	Problem                   string
	Account, Profile, Address []formField
}

// rolesField is the field of a user's roles.
const rolesField = "roles"

// profileValues are the values of a profile by the names of their fields. The picture is the user's own.
func profileValues(p *account.Profile, a *account.Address) map[string]*string {
	return map[string]*string{
		"name": &p.Name, "given_name": &p.GivenName, "middle_name": &p.MiddleName, "family_name": &p.FamilyName, "nickname": &p.Nickname, "gender": &p.Gender,
		"birthdate": &p.Birthdate, "locale": &p.Locale, "zoneinfo": &p.Zoneinfo, "profile": &p.Page, "website": &p.Website,
		"formatted": &a.Formatted, "street_address": &a.Street, "locality": &a.Locality, "region": &a.Region, "postal_code": &a.PostalCode, "country": &a.Country,
	}
}

// profileNames and addressNames are the order of the fields.
func profileNames() []string {
	return []string{"name", "given_name", "middle_name", "family_name", "nickname", "locale", "zoneinfo", "birthdate", "gender", "profile", "website"}
}

func addressNames() []string {
	return []string{"formatted", "street_address", "locality", "region", "postal_code", "country"}
}

// typedUser is the user of a form. Browsers end the lines of a field by CR LF.
func typedUser(form url.Values) *account.User {
	u := &account.User{
		Username: trimmed(form, "username"), Email: trimmed(form, "email"), Phone: account.TypedPhone(form.Get("phone")),
		EmailVerified: form.Get("email_verified") != "", PhoneVerified: form.Get("phone_verified") != "", Roles: typedRoles(form.Get(rolesField)),
	}
	var a account.Address
	for name, into := range profileValues(&u.Profile, &a) {
		*into = strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
	}
	if a != (account.Address{}) {
		u.Profile.Address = &a
	}
	return u
}

// typedRoles are the roles of a field: between spaces or commas, each once.
func typedRoles(text string) []string {
	roles := []string{}
	for _, role := range words(text) {
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// userTexts are the values of a user, as the form has them.
func userTexts(u *account.User) texts {
	values := texts{"username": u.Username, rolesField: strings.Join(u.Roles, " "), "email": u.Email, "phone": u.Phone, "email_verified": flagText(u.EmailVerified), "phone_verified": flagText(u.PhoneVerified)}
	p, a := u.Profile, account.Address{}
	if p.Address != nil {
		a = *p.Address
	}
	for name, value := range profileValues(&p, &a) {
		values[name] = *value
	}
	return values
}

// flagText is the value of a field that is on or off.
func flagText(on bool) string {
	if on {
		return "1"
	}
	return ""
}

// fill shows the values in the form.
func (p *userForm) fill(values texts) {
	p.Account = []formField{
		{Name: "username", Label: "user.username", Kind: "text"},
		{Name: rolesField, Label: "user.roles", Kind: "text", Note: true},
		{Name: "email", Label: "user.email", Kind: "email"},
		{Name: "email_verified", Label: "user.email_verified", Kind: checkField, Note: p.User != nil},
		{Name: "phone", Label: "user.phone", Kind: "tel", Note: true},
		{Name: "phone_verified", Label: "user.phone_verified", Kind: checkField, Note: p.User != nil},
	}
	if p.User == nil {
		p.Account = append(p.Account, formField{Name: "password", Label: "user.password", Kind: "password", Note: true})
	}
	p.Profile, p.Address = profileFields()
	values.show(p.Account, p.Profile, p.Address)
}

func profileFields() (profile, address []formField) {
	for _, name := range profileNames() {
		profile = append(profile, formField{Name: name, Label: "own.field." + name, Kind: "text", Note: name == "birthdate" || name == "zoneinfo"})
	}
	for _, name := range addressNames() {
		kind := "text"
		if name == "formatted" || name == "street_address" {
			kind = linesField
		}
		address = append(address, formField{Name: name, Label: "own.field." + name, Kind: kind})
	}
	return profile, address
}

// refused shows the form again with what is wrong beside each field.
func (c *Console) refusedUser(w http.ResponseWriter, r *http.Request, page userForm, found problems) error {
	canonical.From(r.Context()).Outcome("invalid")
	page.Problem = found[""]
	found.place(page.Account, page.Profile, page.Address)
	return c.writeUserForm(w, r, http.StatusUnprocessableEntity, page)
}

func (c *Console) writeUserForm(w http.ResponseWriter, r *http.Request, status int, page userForm) error {
	return c.pages.For(r).Write(w, status, "user_form", page, r.URL.Path)
}

package ownaccount

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func (o *OwnAccount) serveProfilePage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return o.Pages.For(r).OwnProfile(w, http.StatusOK, o.profilePage(w, r, s, s.User.Profile, nil))
}

func (o *OwnAccount) serveProfile(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	typed := typedProfile(form)
	_, err = o.Profiles.ChangeProfile(r.Context(), s.User.ID, func(p *account.Profile) {
		picture := p.Picture // it has a form of its own
		*p = typed
		p.Picture = picture
	})
	var wrong account.Wrong
	if errors.As(err, &wrong) {
		canonical.From(r.Context()).Outcome("invalid")
		return o.Pages.For(r).OwnProfile(w, http.StatusUnprocessableEntity, o.profilePage(w, r, s, typed, wrong))
	}
	if err != nil {
		return err
	}
	return o.done(w, r, s, profilePath, pages.OwnSaid{Done: pages.OwnProfileSaved})
}

// claims are the values of a profile by the names of the fields.
func claims(p *account.Profile, a *account.Address) map[string]*string {
	return map[string]*string{
		"name": &p.Name, "given_name": &p.GivenName, "middle_name": &p.MiddleName, "family_name": &p.FamilyName, "nickname": &p.Nickname, "gender": &p.Gender,
		"birthdate": &p.Birthdate, "locale": &p.Locale, "zoneinfo": &p.Zoneinfo, "profile": &p.Page, "website": &p.Website,
		"formatted": &a.Formatted, "street_address": &a.Street, "locality": &a.Locality, "region": &a.Region, "postal_code": &a.PostalCode, "country": &a.Country,
	}
}

// typedProfile is the profile of a form. Browsers end the lines of a field by CR LF.
func typedProfile(form url.Values) account.Profile {
	var p account.Profile
	var a account.Address
	for name, into := range claims(&p, &a) {
		*into = strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
	}
	if a != (account.Address{}) {
		p.Address = &a
	}
	return p
}

func (o *OwnAccount) profilePage(w http.ResponseWriter, r *http.Request, s *session.Session, p account.Profile, wrong account.Wrong) pages.OwnProfile {
	page := pages.OwnProfile{Own: o.own(w, r, s, profilePath), Picture: o.picturePath(s.User)}
	var a account.Address
	if p.Address != nil {
		a = *p.Address
	}
	values, problems, first := claims(&p, &a), problemsOf(wrong), true
	for _, name := range pages.OwnFields() {
		field := pages.OwnField{
			Name: name, Value: *values[name], Autocomplete: autocomplete(name), Problem: problems[name], Lines: name == "formatted" || name == "street_address",
			Note: slices.Contains(pages.OwnNotes(), name),
		}
		if field.Problem != "" {
			field.Focus, first = first, false
		}
		if ofAddress(name) {
			page.Address = append(page.Address, field)
		} else {
			page.Fields = append(page.Fields, field)
		}
	}
	return page
}

func ofAddress(name string) bool {
	return slices.Contains([]string{"formatted", "street_address", "locality", "region", "postal_code", "country"}, name)
}

// autocomplete is what browsers fill in (HTML, autofill field names).
func autocomplete(name string) string {
	known, ok := map[string]string{
		"name": "name", "given_name": "given-name", "middle_name": "additional-name", "family_name": "family-name", "nickname": "nickname", "gender": "sex",
		"website": "url", "street_address": "street-address", "locality": "address-level2", "region": "address-level1",
		"postal_code": "postal-code", "country": "country-name",
	}[name]
	if !ok {
		return "off"
	}
	return known
}

// problemsOf are what is wrong with each field of the profile.
func problemsOf(wrong account.Wrong) map[string]pages.AccountProblem {
	problems := map[string]pages.AccountProblem{}
	for _, fault := range wrong {
		problem, ok := map[string]pages.AccountProblem{
			"profile": pages.URLInvalid, "website": pages.URLInvalid, "birthdate": pages.BirthdateInvalid, "zoneinfo": pages.ZoneInvalid, "locale": pages.LocaleInvalid,
		}[fault.Claim]
		if !ok {
			problem = pages.TextLong
		}
		problems[fault.Claim] = problem
	}
	return problems
}

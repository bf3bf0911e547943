package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userFlags are the flags that describe a user, for create and update alike.
type userFlags struct {
	email, phone                 string
	emailVerified, phoneVerified bool
	profile                      map[string]*string
}

// profileFlag is a flag for one claim of the profile, with where the claim is.
type profileFlag struct {
	name, help string
	claim      func(p *account.Profile, a *account.Address) *string
}

func profileFlags() []profileFlag {
	return []profileFlag{
		{"name", "full name", func(p *account.Profile, _ *account.Address) *string { return &p.Name }},
		{"given-name", "given name", func(p *account.Profile, _ *account.Address) *string { return &p.GivenName }},
		{"family-name", "family name", func(p *account.Profile, _ *account.Address) *string { return &p.FamilyName }},
		{"middle-name", "middle name", func(p *account.Profile, _ *account.Address) *string { return &p.MiddleName }},
		{"nickname", "casual name", func(p *account.Profile, _ *account.Address) *string { return &p.Nickname }},
		{"profile", "https address of a page about the person", func(p *account.Profile, _ *account.Address) *string { return &p.Page }},
		{"picture", "https address of a picture of the person", func(p *account.Profile, _ *account.Address) *string { return &p.Picture }},
		{"website", "https address of the person's own site", func(p *account.Profile, _ *account.Address) *string { return &p.Website }},
		{"gender", "such as female or male", func(p *account.Profile, _ *account.Address) *string { return &p.Gender }},
		{"birthdate", "such as 1852-05-04, 0000-05-04 without the year, or the year alone", func(p *account.Profile, _ *account.Address) *string { return &p.Birthdate }},
		{"zoneinfo", "time zone, such as Europe/Paris", func(p *account.Profile, _ *account.Address) *string { return &p.Zoneinfo }},
		{"locale", "language, such as en-GB", func(p *account.Profile, _ *account.Address) *string { return &p.Locale }},
		{"address-formatted", "whole postal address, as on an envelope", func(_ *account.Profile, a *account.Address) *string { return &a.Formatted }},
		{"street-address", "street and number", func(_ *account.Profile, a *account.Address) *string { return &a.Street }},
		{"locality", "city", func(_ *account.Profile, a *account.Address) *string { return &a.Locality }},
		{"region", "state, province or county", func(_ *account.Profile, a *account.Address) *string { return &a.Region }},
		{"postal-code", "postal code", func(_ *account.Profile, a *account.Address) *string { return &a.PostalCode }},
		{"country", "country", func(_ *account.Profile, a *account.Address) *string { return &a.Country }},
	}
}

func (f *userFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.email, "email", "", "email address; another one is not verified unless --email-verified says so")
	flags.BoolVar(&f.emailVerified, "email-verified", false, "you know that the address reaches the person")
	flags.StringVar(&f.phone, "phone", "", "phone number, such as +442071838750; another one is not verified unless --phone-verified says so")
	flags.BoolVar(&f.phoneVerified, "phone-verified", false, "you know that the number reaches the person")
	f.profile = map[string]*string{}
	for _, p := range profileFlags() {
		f.profile[p.name] = flags.String(p.name, "", p.help)
	}
}

// apply changes u by the flags that were given, and by no others. An empty value takes away.
func (f *userFlags) apply(cmd *cobra.Command, u *account.User) {
	given := cmd.Flags().Changed
	if given("email") {
		u.SetEmail(f.email)
	}
	if given("phone") {
		u.SetPhone(f.phone)
	}
	if given("email-verified") {
		u.EmailVerified = f.emailVerified
	}
	if given("phone-verified") {
		u.PhoneVerified = f.phoneVerified
	}
	var address account.Address
	if u.Profile.Address != nil {
		address = *u.Profile.Address
	}
	for _, p := range profileFlags() {
		if given(p.name) {
			*p.claim(&u.Profile, &address) = *f.profile[p.name]
		}
	}
	u.Profile.Address = &address
	if address == (account.Address{}) {
		u.Profile.Address = nil
	}
}

package account

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a time zone database, such as containers

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Profile holds the claims of the profile and address scopes (OpenID Connect Core section 5.1).
// Each value is optional.
type Profile struct {
	Name       string   `json:"name,omitempty"`
	GivenName  string   `json:"given_name,omitempty"`
	FamilyName string   `json:"family_name,omitempty"`
	MiddleName string   `json:"middle_name,omitempty"`
	Nickname   string   `json:"nickname,omitempty"`
	Page       string   `json:"profile,omitempty"`
	Picture    string   `json:"picture,omitempty"`
	Website    string   `json:"website,omitempty"`
	Gender     string   `json:"gender,omitempty"`
	Birthdate  string   `json:"birthdate,omitempty"` // YYYY-MM-DD, 0000-MM-DD or YYYY
	Zoneinfo   string   `json:"zoneinfo,omitempty"`  // such as Europe/Paris
	Locale     string   `json:"locale,omitempty"`    // BCP 47, such as en-GB
	Address    *Address `json:"address,omitempty"`
}

// Address is the address claim (OpenID Connect Core section 5.1.1).
type Address struct {
	Formatted  string `json:"formatted,omitempty"`
	Street     string `json:"street_address,omitempty"`
	Locality   string `json:"locality,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}

// Bounds in bytes: a profile is read at each UserInfo request.
const (
	maxText    = 200
	maxAddress = 1000
	maxURL     = 2000
)

// validate finds every invalid value.
func (p *Profile) validate() (wrong Wrong) {
	type value struct {
		claim, text string
		fault       func(string) *fault.Fault
	}
	values := []value{
		{"name", p.Name, faultOfText},
		{"given_name", p.GivenName, faultOfText},
		{"family_name", p.FamilyName, faultOfText},
		{"middle_name", p.MiddleName, faultOfText},
		{"nickname", p.Nickname, faultOfText},
		{"gender", p.Gender, faultOfText},
		{"profile", p.Page, faultOfURL},
		{"picture", p.Picture, faultOfURL},
		{"website", p.Website, faultOfURL},
		{"birthdate", p.Birthdate, faultOfBirthdate},
		{"zoneinfo", p.Zoneinfo, faultOfZone},
		{"locale", p.Locale, faultOfLocale},
	}
	if a := p.Address; a != nil {
		values = append(values, value{"formatted", a.Formatted, faultOfLines}, value{"street_address", a.Street, faultOfLines},
			value{"locality", a.Locality, faultOfText}, value{"region", a.Region, faultOfText},
			value{"postal_code", a.PostalCode, faultOfText}, value{"country", a.Country, faultOfText})
	}
	for _, v := range values {
		if v.text == "" {
			continue
		}
		if why := v.fault(v.text); why != nil {
			wrong.add(&Invalid{Claim: v.claim, Fault: why})
		}
	}
	return wrong
}

// faultOfLines is for the parts of an address that may have several lines (section 5.1.1).
func faultOfLines(text string) *fault.Fault {
	if len(text) > maxAddress {
		return fault.New(fault.Long, "bytes", maxAddress)
	}
	return provider.LinesFault(text)
}

func faultOfText(text string) *fault.Fault {
	if len(text) > maxText {
		return fault.New(fault.Long, "bytes", maxText)
	}
	return provider.TextFault(text)
}

func faultOfURL(text string) *fault.Fault {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || !provider.ValidPort(u.Port()) || u.User != nil || len(text) > maxURL {
		return fault.New(fault.Web)
	}
	return provider.TextFault(text)
}

// faultOfBirthdate allows the year alone, or the day without the year, for users who do not want
// to give the full date (OpenID Connect Core section 5.1).
func faultOfBirthdate(text string) *fault.Fault {
	for _, layout := range []string{"2006", time.DateOnly} {
		if _, err := time.Parse(layout, text); err == nil && text != "0000" {
			return nil
		}
	}
	return fault.New(fault.Birthdate)
}

// zonePattern keeps the name inside the tz database: LoadLocation opens a file of that name.
var zonePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]{0,40}(/[A-Za-z0-9_+-]{1,40}){0,2}$`)

func faultOfZone(text string) *fault.Fault {
	if zonePattern.MatchString(text) && text != "Local" {
		if _, err := time.LoadLocation(text); err == nil {
			return nil
		}
	}
	return fault.New(fault.Zone)
}

// Location is the time zone of the profile: UTC where it names none, or one that this machine does not know.
func (p Profile) Location() *time.Location {
	if faultOfZone(p.Zoneinfo) != nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(p.Zoneinfo)
	if err != nil {
		return time.UTC
	}
	return zone
}

func faultOfLocale(text string) *fault.Fault {
	const maxTag = 35 // RFC 5646 section 4.4.1
	if len(text) <= maxTag && !strings.Contains(text, "_") {
		if _, err := language.Parse(text); err == nil {
			return nil
		}
	}
	return fault.New(fault.Locale)
}

package account

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValidProfiles(t *testing.T) {
	t.Parallel()
	for _, p := range []Profile{
		{},
		{Name: "Ἀλίκη – £", Birthdate: "0000-02-29", Zoneinfo: "America/Argentina/Buenos_Aires", Locale: "zh-Hant-TW", Website: "http://a.example/?q=1#x"},
		{Birthdate: "1852", Zoneinfo: "Etc/GMT+5", Locale: "de"},
		{Zoneinfo: "UTC", Address: &Address{Formatted: "1 Street\nTown", Street: "1 Street\r\n2nd floor"}},
	} {
		assert.Empty(t, p.validate(), "%+v", p)
	}
}

func TestInvalidProfiles(t *testing.T) {
	t.Parallel()
	for claim, values := range map[string][]string{
		"name":           {strings.Repeat("a", 201), "a\nb", "a\x00", "\xff", "a\u0085b", "a\u009b2Jb", "eci\u202ela", "a\u200f", "\u2066a\u2069"},
		"birthdate":      {"0000", "1852-5-4", "1852-02-30", "04.05.1852", "1852-05", "x", "1852-05-04T00:00:00Z"},
		"zoneinfo":       {"Local", "Europe", "europe", "../UTC", "/etc/passwd", "Europe/../UTC", "Nowhere/Land", "zone.tab", "a/b/c/d", strings.Repeat("a/", 1000)},
		"locale":         {"en_GB", "english", "e", "en--GB", strings.Repeat("en-", 2000)},
		"website":        {"example.com", "javascript:alert(1)", "ftp://a.example", "https://", "https://a@b.example", "https://a.example/\n", "https://a.example/\u202eb", "https://a.example/" + strings.Repeat("a", 2000)},
		"country":        {"a\nb"},
		"street_address": {"a\tb", "a\n\u202eb", strings.Repeat("a", 1001)},
	} {
		for _, value := range values {
			p := Profile{Address: &Address{}}
			switch claim {
			case "name":
				p.Name = value
			case "birthdate":
				p.Birthdate = value
			case "zoneinfo":
				p.Zoneinfo = value
			case "locale":
				p.Locale = value
			case "website":
				p.Website = value
			case "country":
				p.Address.Country = value
			default:
				p.Address.Street = value
			}
			if wrong := p.validate(); assert.Len(t, wrong, 1, "%s %q", claim, value) {
				assert.Equal(t, claim, wrong[0].Claim)
			}
		}
	}
}

// A zone that an older version stored, or another machine knew, must not keep a page from being shown.
func TestTimesAreInTheZoneOfTheProfile(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 23, 30, 0, 0, time.UTC)
	assert.Equal(t, "2026-01-03 00:30 CET", at.In(Profile{Zoneinfo: "Europe/Paris"}.Location()).Format("2006-01-02 15:04 MST"))
	for _, name := range []string{"", "Local", "Europe/Atlantis", "../../etc/passwd"} {
		assert.Equal(t, time.UTC, Profile{Zoneinfo: name}.Location(), name)
	}
}

// Verification applies to the old address, not to the new one.
func TestChangedContactIsNotVerified(t *testing.T) {
	t.Parallel()
	u := User{Email: "alice@example.com", EmailVerified: true, Phone: "+442071838750", PhoneVerified: true}
	u.SetEmail(" Alice@Example.com")
	u.SetPhone("+442071838750")
	require.True(t, u.EmailVerified && u.PhoneVerified, "the same")
	u.SetEmail("alice@example.org")
	u.SetPhone("")
	assert.False(t, u.EmailVerified || u.PhoneVerified)
}

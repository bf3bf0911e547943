package account

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two spellings of one address must not be two accounts.
func TestOneAddressHasOneForm(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"a@example.com":            {"a@example.com", "A@EXAMPLE.COM", " a@Example.com ", "a@example.com.", "a＠example。com", "ａ@ｅｘａｍｐｌｅ.com"},
		"a+b@mail.example.co.uk":   {"a+b@mail.example.co.uk"},
		"a@1.2.example.c0m":        {"a@1.2.example.c0m"},
		"1@163.com":                {"1@163.com"},
		"ü@xn--bcher-kva.example":  {"ü@bücher.example", "Ü@BÜCHER.example", "u\u0308@bu\u0308cher.example", "ü@xn--bcher-kva.example", "ü@XN--BCHER-KVA.example."},
		"a@xn--strae-oqa.de":       {"a@straße.de", "a@STRAẞE.de", "a@xn--strae-oqa.de"},
		"a@strasse.de":             {"a@strasse.de"},
		"a@xn--hxajbheg2az3al.com": {"a@παράδειγμα.com", "a@ΠΑΡΆΔΕΙΓΜΑ.com"},
		"\u01f0@example.com":       {"\u01f0@example.com", "J\u030c@example.com", "j\u030c@example.com"},
		"strauß@example.com":       {"Strauß@example.com"},
	} {
		for _, spelling := range spellings {
			got, err := emailOf(spelling)
			require.Nil(t, err, "%+q", spelling)
			assert.Equal(t, want, got, "%+q", spelling)
			assert.Contains(t, LoginForms(spelling), want, "%+q", spelling)
			assert.Contains(t, takenForms(spelling), olderEmail(spelling), "a user of an older version may have %+q", spelling)
			assert.Equal(t, Canonical(want), Canonical(spelling), "attempts are counted once: %+q", spelling)
		}
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	for why, addresses := range map[string][]string{
		"one @":             {"a", "a@", "@example.com", "a@@example.com", "a@b@example.com"},
		"not a domain":      {"a@b", "a@.com.", "a@.com", "a@example..com", "a@example.com..", "a@-example.com", "a@exa_mple.com", "a@exa mple.com", "a@xn--a.com", "a@xn--zzzzzzzzzzz99999.com", "a@שלוםa.com", "a@\u0301a.com", "a@" + strings.Repeat("x", 64) + ".com", "a@[127.0.0.1]"},
		"ends in a number":  {"x@1.2.3.4", "x@192.0.2.1.", "x@example.1", "x@１.２.３.４", "x@1。2", "x@example.0123"},
		"spaces before":     {"a b@example.com", "<a@example.com", "a,b@example.com", `"a"@example.com`, "a\u3000b@example.com"},
		"U+200B":            {"a\u200bb@example.com", "a@exam\u200bple.com"},
		"U+200D":            {"a\u200db@example.com", "a@exam\u200dple.com"},
		"U+200C":            {"a@نامه\u200cای.com"},
		"U+202E":            {"a\u202eb@example.com", "a@exam\u202eple.com"},
		"U+2066":            {"\u2066a@example.com"},
		"U+FEFF":            {"a\ufeffb@example.com"},
		"U+00AD":            {"a\u00adb@example.com", "a@exam\u00adple.com"},
		"U+FE0F":            {"a\ufe0f@example.com"},
		"U+1160":            {"a\uffa0@example.com"}, // a filler
		"U+0000":            {"a\x00b@example.com"},
		"U+000A":            {"a\nb@example.com"},
		"U+FFFD":            {"a\xffb@example.com"},
		"at most 254 bytes": {strings.Repeat("a", 243) + "@example.com"},
		"U+E0041":           {"a\U000e0041@example.com"}, // a tag
	} {
		for _, address := range addresses {
			got, err := emailOf(address)
			require.ErrorIs(t, err, ErrEmail, "%+q is %q", address, got)
			assert.Contains(t, err.Error(), why, "%+q", address)
		}
	}
	got, err := emailOf("  ")
	require.Nil(t, err)
	assert.Empty(t, got)
	// Without a bound the conversion of this label would not end: its time grows with the square.
	endless := "a@xn--" + strings.Repeat("a", 1<<20)
	LoginForms(endless)
	_, err = emailOf(endless)
	require.ErrorIs(t, err, ErrEmail)
}

func TestRefusalsOfNamesSayWhatIsInvisible(t *testing.T) {
	t.Parallel()
	for name, why := range map[string]string{
		"a\u200bb": "U+200B", "al\u200dice": "U+200D", "a\u202eb": "U+202E", "a\u00adb": "U+00AD", "a\x00b": "U+0000", "a\ufe0fb": "U+FE0F", "al\ufeffice": "U+FEFF", "a b": "a user name has",
	} {
		_, _, err := usernameOf(name)
		require.ErrorIs(t, err, ErrUsername, "%+q", name)
		assert.Contains(t, err.Error(), why, "%+q", name)
	}
	composed, _, err := usernameOf("cafe\u0301")
	require.Nil(t, err)
	assert.Equal(t, "caf\u00e9", composed)
}

// Mail servers need not take more before the @ (RFC 5321 section 4.5.3.1.1).
func TestAddressesAreBoundedBeforeTheAt(t *testing.T) {
	t.Parallel()
	_, fault := emailOf(strings.Repeat("a", 64) + "@example.com")
	assert.Nil(t, fault)
	_, fault = emailOf(strings.Repeat("a", 65) + "@example.com")
	require.ErrorIs(t, fault, ErrEmail)
	assert.EqualError(t, fault, "an email address has at most 64 bytes before the @")
}

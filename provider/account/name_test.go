package account

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// One account has one name in all spellings: otherwise each spelling would have its own password
// attempts (Authelia CVE-2025-24806), and two users could have one name.
func TestCanonicalNames(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"alice":              {"alice", "ALICE", " Alice ", "Ａｌｉｃｅ", "\talice\n"},
		"caf\u00e9":          {"caf\u00e9", "cafe\u0301", "CAF\u00c9"},
		"οδυσσευσ":           {"οδυσσευς", "οδυσσευσ", "ΟΔΥΣΣΕΥΣ", "Οδυσσευς"},
		"strauss":            {"Strauß", "STRAUẞ", "STRAUSS", "strauss"},
		"\u13a0\u13a1":       {"\u13a0\u13a1", "\uab70\uab71"},
		"izmir":              {"\u0130zmir", "IZMIR"}, // strings.ToLower did the same
		"हिन्दी":             {"हिन्दी"},
		"\u0e4d\u0e32\u0e01": {"\u0e33\u0e01"},
	} {
		for _, spelling := range spellings {
			assert.Equal(t, want, Canonical(spelling), "%+q", spelling)
			assert.Equal(t, want, Canonical(want), "%+q", want)
			assert.Contains(t, LoginForms(spelling), want, "%+q", spelling)
		}
	}
	assert.NotEqual(t, Canonical("alice"), Canonical("al ice"))
}

// Names that were stored before folding was introduced are found too.
func TestLoginForms(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]string{
		"Alice":              {"alice"},
		"Straße":             {"straße", "strasse"},
		"ΟΔΥΣΣΕΥΣ":           {"οδυσσευσ", "οδυσσευς"},
		"οδυσσευς":           {"οδυσσευς", "οδυσσευσ"},
		"Straße@Example.com": {"straße@example.com"},
		"a@Bücher.example":   {"a@bücher.example", "a@xn--bcher-kva.example"},
		"a@example.com.":     {"a@example.com.", "a@example.com"},
	} {
		assert.Equal(t, want, LoginForms(typed), typed)
	}
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"al", "alice", "alice.liddell", "a-b_c+d", "zoë", "7of9", "हिन्दी", "ประยุทธ์", "李", "김", "あ", "日本語", "οδυσσευσ", "кириллица",
		"نرم\u200cافزار", "gal·la", "\u13a0\u13a1", "שלום7",
	} {
		assert.True(t, ValidUsername(name), name)
	}
	for _, name := range []string{
		"", "a", "é", "Alice", ".alice", "al ice", "alice@example.com", "al/ice", "<b>", "a\x00b", "a\u200bb", "a\u200db", "a\u00adb", "a\u202eb", "\u200fab", "a\u009bb",
		"\u0301ab", "strauß", "οδυσσευς", "שלוםa", "ａｌ", "a\xff", "al\u3000ice", "a😀b", strings.Repeat("a", 255),
		"018bcfe5-6800-7abc-8def-0123456789ab", "018bcfe568007abc8def0123456789ab", "018bcfe56800-7abc8def-0123456789ab",
	} {
		assert.False(t, ValidUsername(name), "%+q", name)
	}
}

func TestPhoneNumbers(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{"+442071838750": true, "+12025550123": true, "": false, "02071838750": false, "+0123456789": false, "+44 20 7183": false, "+1234567": false, "+1234567890123456": false} {
		assert.Equal(t, want, validPhone(number), number)
	}
}

package account

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// One account has one name, however it is written (threats 48, Authelia CVE-2025-24806).
func TestCanonicalNames(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"alice", "ALICE", " Alice ", "Ａｌｉｃｅ", "\talice\n"} {
		assert.Equal(t, "alice", Canonical(spelling), "%q", spelling)
	}
	assert.NotEqual(t, Canonical("alice"), Canonical("al ice"))
	assert.Equal(t, Canonical("caf\u00e9"), Canonical("cafe\u0301"), "one letter, composed or not")
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"al", "alice", "alice.liddell", "a-b_c+d", "zoë", "7of9"} {
		assert.True(t, validUsername(name), name)
	}
	for _, name := range []string{"", "a", "Alice", ".alice", "al ice", "alice@example.com", "al/ice", "<b>", "a\x00b", "a\u200bb", strings.Repeat("a", 255)} {
		assert.False(t, validUsername(name), "%q", name)
	}
}

func TestEmailAddressesAndPhoneNumbers(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"a@example.com", "a+b@mail.example.co.uk", "ü@example.com"} {
		assert.True(t, validEmail(address), address)
	}
	for _, address := range []string{"", "a", "a@", "@example.com", "a@b", "a@@example.com", "a b@example.com", "a@example.com\n", "<a@example.com>", "a,b@example.com", "a@.com."} {
		assert.False(t, validEmail(address), "%q", address)
	}
	for number, want := range map[string]bool{"+442071838750": true, "+12025550123": true, "": false, "02071838750": false, "+0123456789": false, "+44 20 7183": false, "+1234567": false, "+1234567890123456": false} {
		assert.Equal(t, want, validPhone(number), number)
	}
}

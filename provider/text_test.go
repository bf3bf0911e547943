package provider_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

func TestTextsThatPeopleChooseHaveNoControls(t *testing.T) {
	t.Parallel()
	for _, fine := range []string{"", "Web shop", "Ægir's café", "متجر", "חנות", "店", "👩\u200d🚀", "a\u00a0b", `<b>"\`} {
		assert.Empty(t, provider.TextFault(fine), "%q", fine)
	}
	for _, r := range []rune{0, '\t', '\n', '\r', 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9f} {
		assert.Equal(t, fmt.Sprintf("must not have the control character %U", r), provider.TextFault("a"+string(r)+"b").String())
	}
	for _, r := range []rune{0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069} {
		assert.Equal(t, fmt.Sprintf("must not have %U, which changes the direction of text", r), provider.TextFault("a"+string(r)).String())
	}
	assert.Equal(t, "must be UTF-8", provider.TextFault("\xff").String())
	assert.Empty(t, provider.LinesFault("1 Main Street\r\nSpringfield\n"))
	assert.NotEmpty(t, provider.LinesFault("1 Main Street\rSpringfield"))
	assert.NotEmpty(t, provider.LinesFault("1 Main Street\u2028\u202e"))
}

package account_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"+49 151 12345678", "+49-151-12345678", "+49 (151) 123/456.78", "+4915112345678", "+49\u00a0151\u00a012345678", "+49 (0)151 12345678",
		"0049 151 12345678", "\u202a+49 151 12345678\u202c", "+49‑151–12345678", "＋４９ 151 12345678",
	} {
		assert.Equal(t, "+4915112345678", account.TypedPhone(typed), typed)
	}
	assert.Equal(t, "+49x", account.TypedPhone("+49 x"), "what is no number stays none")
	assert.Equal(t, "015112345678", account.TypedPhone("0151 12345678"), "without the country nobody knows which one it is")
}

package accounts

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"+49 151 12345678", "+49-151-12345678", "+49 (151) 123/456.78", "+4915112345678", "+49\u00a0151\u00a012345678"} {
		assert.Equal(t, "+4915112345678", typedNumber(typed), typed)
	}
	assert.Equal(t, "+49x", typedNumber("+49 x"), "what is no number stays none")
}

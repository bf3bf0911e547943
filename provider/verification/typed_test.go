package verification_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// What a person pastes or types is the code, and costs no try, whatever stands around its digits.
func TestCodesAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	v, err := f.Open(t.Context(), verification.Verification{Purpose: verification.Recovery, Address: "alice@example.com"}, nil)
	require.NoError(t, err)
	code, _, err := f.Code(t.Context(), v.ID)
	require.NoError(t, err)
	in := func(zero rune) string {
		return strings.Map(func(r rune) rune { return zero + r - '0' }, code)
	}
	for _, typed := range []string{
		code, " " + code + "\r\n", code[:4] + "\t" + code[4:], code[:4] + "\u202f" + code[4:], code[:4] + "\u2009" + code[4:],
		code[:4] + "\u200b" + code[4:], code[:4] + "\u2013" + code[4:], "\ufeff" + code, in('０'), in('\u0660'), in('\u06f0'),
	} {
		_, err := f.Check(t.Context(), v.ID, typed, verification.Recovery)
		require.NoError(t, err, "%q", typed)
	}
	for _, typed := range []string{"", code + "0", code[1:], "x" + code, strings.Repeat("0", 1<<16)}[:verification.MaxTries-1] {
		_, err := f.Check(t.Context(), v.ID, typed, verification.Recovery)
		assert.ErrorIs(t, err, verification.ErrCode, "%.20q", typed)
	}
}

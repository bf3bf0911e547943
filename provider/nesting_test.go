package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Deep nesting is how JSON parsers are brought down.
func TestTooDeep(t *testing.T) {
	t.Parallel()
	nest := func(opening, closing string, levels int) string {
		return strings.Repeat(opening, levels) + strings.Repeat(closing, levels)
	}
	for text, deep := range map[string]bool{
		"": false, "null": false, "{": false, `"`: false, `"\`: false, "noise]]]]": false,
		nest("[", "]", 32):                   false,
		nest("[", "]", 33):                   true,
		nest(`{"a":[`, "]}", 16):             false,
		nest(`{"a":[`, "]}", 17):             true,
		strings.Repeat("[],{},", 1000):       false,
		`["` + nest("[", "]", 100) + `"]`:    false,
		`["\"` + nest("[", "]", 100) + `"]`:  false,
		`["\\"` + nest("[", "]", 100) + `"]`: true,
		strings.Repeat("[", 100_000):         true,
	} {
		assert.Equal(t, deep, provider.TooDeep([]byte(text)), "%.80q", text)
	}
}

package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

// What one reader takes for one thing, and another for something else, is refused.
func TestAmbiguousJSON(t *testing.T) {
	t.Parallel()
	for text, fault := range map[string]string{
		`{"a":1,"b":{"a":1},"c":["a","a"]}`: "",
		`{"a":1,"\u0061":2}`:                `the member "a" is there twice`,
		`{"a":[{"b":1,"b":2}]}`:             `the member "b" is there twice`,
		"\"\xff\"":                          "the JSON text must be in UTF-8",
		`"\ud83d\ude00 \u00e4 \\ud800 \\"`:  "",
		`"\\\\ud800"`:                       "",
		`"\ud800"`:                          "half of a surrogate pair",
		`"\uD800\u0041"`:                    "half of a surrogate pair",
		`"\udc00\ud800"`:                    "half of a surrogate pair",
		`"\ud800\ud83d\ude00"`:              "half of a surrogate pair",
		`{"\udfff":1}`:                      "half of a surrogate pair",
		`"\\\ud800"`:                        "half of a surrogate pair",
	} {
		err := provider.JSONFault([]byte(text))
		if fault == "" {
			assert.NoError(t, err, text)
			continue
		}
		assert.ErrorContains(t, err, fault, text)
	}
}

package transcript_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// Every language explains the same, and French and German break at no sign.
func TestEveryLanguageExplainsTheSame(t *testing.T) {
	t.Parallel()
	english := transcript.Meanings("en")
	for _, language := range []string{"de", "es", "fr"} {
		texts := transcript.Meanings(language)
		assert.Equal(t, slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(texts)), language)
		assert.NotEqual(t, english["state"], texts["state"], language)
		for name, text := range texts {
			assert.NotEmpty(t, text, name)
			if language == "fr" {
				assert.False(t, strings.Contains(text, " :") || strings.Contains(text, " ;"), text)
			}
			if language == "de" {
				assert.NotContains(t, text, "E-Mail")
			}
		}
	}
	assert.Equal(t, english, transcript.Meanings("pt"))
}

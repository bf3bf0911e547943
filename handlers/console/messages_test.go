package console

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every language has the same texts, with the same values in them.
func TestEveryLanguageHasTheSameTexts(t *testing.T) {
	t.Parallel()
	read := func(tag string) map[string]any {
		content, err := files.ReadFile("messages/" + tag + ".json")
		require.NoError(t, err)
		texts := map[string]any{}
		require.NoError(t, json.Unmarshal(content, &texts))
		return texts
	}
	english := read("en")
	for _, tag := range []string{"de", "es", "fr"} {
		translated := read(tag)
		assert.Equal(t, slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(translated)), tag)
	}
}

// French has a space before these signs that no line breaks at, and German such a hyphen in its word for mail.
func TestTextsDoNotBreakAtSigns(t *testing.T) {
	t.Parallel()
	for tag, wrong := range map[string]string{"fr": `": .* [:;!?%]`, "de": `": .*E-Mail`} {
		content, err := files.ReadFile("messages/" + tag + ".json")
		require.NoError(t, err)
		assert.Empty(t, regexp.MustCompile(wrong).FindAllString(string(content), -1), tag)
	}
}

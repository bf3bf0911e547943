package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// messagesOf are the texts of a language.
func messagesOf(t *testing.T, tag string) map[string]any {
	t.Helper()
	content, err := files.ReadFile("messages/" + tag + ".json")
	require.NoError(t, err)
	texts := map[string]any{}
	require.NoError(t, json.Unmarshal(content, &texts))
	return texts
}

// requestIn is a request of a browser with a language.
func requestIn(t *testing.T, tag string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	r.Header.Set("Accept-Language", tag)
	return r
}

// Every language has the same texts, with the same values in them.
func TestEveryLanguageHasTheSameTexts(t *testing.T) {
	t.Parallel()
	english := messagesOf(t, "en")
	for _, tag := range []string{"de", "es", "fr"} {
		translated := messagesOf(t, tag)
		assert.Equal(t, slices.Sorted(maps.Keys(english)), slices.Sorted(maps.Keys(translated)), tag)
	}
}

// Who speaks to a computer says what is written on a button: the longer name that tells it from others has that in it
// (WCAG 2.2, 2.5.3).
func TestNamesOfButtonsHaveWhatIsWrittenOnThem(t *testing.T) {
	t.Parallel()
	button := regexp.MustCompile(`<button[^>]*aria-label="\{\{t "([^"]+)"[^<]*">\{\{t "([^"]+)"\}\}`)
	var named [][2]string
	templates, err := files.ReadDir("templates")
	require.NoError(t, err)
	for _, template := range templates {
		if template.IsDir() {
			continue
		}
		content, err := files.ReadFile("templates/" + template.Name())
		require.NoError(t, err)
		for _, m := range button.FindAllStringSubmatch(string(content), -1) {
			named = append(named, [2]string{m[1], m[2]})
		}
	}
	require.Greater(t, len(named), 8)
	for _, tag := range []string{"en", "de", "es", "fr"} {
		texts := messagesOf(t, tag)
		for _, keys := range named {
			name, written := strings.ToLower(texts[keys[0]].(string)), strings.ToLower(texts[keys[1]].(string))
			assert.Contains(t, name, written, "%s %s", tag, keys[0])
		}
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

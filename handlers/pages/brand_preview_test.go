package pages_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

func TestPreviewHasBothThemes(t *testing.T) {
	t.Parallel()
	color, err := pages.ParseColor("#8a1538")
	require.NoError(t, err)
	css, err := pages.PreviewCSS(color)
	require.NoError(t, err)
	light, dark, found := strings.Cut(string(css), "\n")
	require.True(t, found)
	_, onDark, _ := color.Shades()
	assert.Regexp(t, `^\.preview-light\{.*--ground: #[0-9a-f]{6}; .*;color-scheme:light;--accent:#8a1538;\}$`, light)
	assert.Regexp(t, `^\.preview-dark\{.*--ground: #[0-9a-f]{6}; .*;color-scheme:dark;--accent:`+onDark+`;`, dark)
	plain, err := pages.PreviewCSS(nil)
	require.NoError(t, err)
	assert.NotContains(t, string(plain), "#8a1538")
}

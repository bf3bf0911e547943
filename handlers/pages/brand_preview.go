package pages

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// PreviewCSS is a stylesheet that gives elements of the classes preview-light and preview-dark the colors of the two
// themes, whichever the page itself has, with another color of links and buttons; nil: the product's.
func PreviewCSS(c *Color) ([]byte, error) {
	css, err := assetFiles.ReadFile("assets/gatehouse.css")
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	themes := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllSubmatch(css, -1)
	if len(themes) != 2 {
		return nil, errors.New("pages: the stylesheet has not two themes")
	}
	accents := [2]string{}
	if c != nil {
		accents = [2]string{"--accent:" + c.light + ";", "--accent:" + c.dark + ";--on-accent:" + c.onDark + ";"}
	}
	var b strings.Builder
	for i, theme := range [2]string{"light", "dark"} {
		fmt.Fprintf(&b, ".preview-%s{%scolor-scheme:%s;%s}\n", theme, strings.Join(strings.Fields(string(themes[i][1])), " "), theme, accents[i])
	}
	return []byte(b.String()), nil
}

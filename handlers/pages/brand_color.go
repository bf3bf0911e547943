package pages

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Color is the color of links and buttons: as the operator chose it on the light theme, and
// lightened as far as needed on the dark one.
type Color struct{ light, dark, onDark string }

// Shades are the color on the light theme, under white text, on the dark one, and the color of text on
// that: each of the form #rrggbb.
func (c *Color) Shades() (light, dark, onDark string) { return c.light, c.dark, c.onDark }

// minContrast is that of WCAG 2.2 success criterion 1.4.3 (level AA) for text.
const minContrast = 4.5

// ParseColor reads a color of the form #rrggbb. On the light theme links in this color stand on the
// page and on its card, and white text stands on buttons in this color: it returns an error when one
// of them would be hard to read, with a color that is not.
func ParseColor(text string) (*Color, error) {
	chosen, ok := parseRGB(text)
	if !ok {
		return nil, fault.New(fault.Color, "value", strconv.Quote(text)).Err()
	}
	light, dark, err := readPalettes()
	if err != nil {
		return nil, err
	}
	if worst := light.contrast(chosen); worst < minContrast {
		return nil, fault.New(fault.Contrast, "value", text, "contrast", fmt.Sprintf("%.1f", math.Floor(worst*10)/10), "proposal", light.adjust(chosen, rgb{})).Err()
	}
	return &Color{chosen.String(), dark.adjust(chosen, rgb{255, 255, 255}).String(), dark.onAccent.String()}, nil
}

// css is the stylesheet that replaces the color of the product.
func (c *Color) css() []byte {
	return []byte(":root{--accent:" + c.light + "}@media(prefers-color-scheme:dark){:root{--accent:" + c.dark + ";--on-accent:" + c.onDark + "}}\n")
}

// palette has the colors of a theme that the accent color meets.
type palette struct{ ground, card, onAccent rgb }

// readPalettes reads the two themes from the stylesheet.
func readPalettes() (light, dark palette, err error) {
	css, err := assetFiles.ReadFile("assets/gatehouse.css")
	if err != nil {
		return light, dark, fmt.Errorf("pages: %w", err)
	}
	for i, theme := range []*palette{&light, &dark} {
		for name, into := range map[string]*rgb{"ground": &theme.ground, "card": &theme.card, "on-accent": &theme.onAccent} {
			found := regexp.MustCompile(`--`+name+`: (#[0-9a-f]{6});`).FindAllSubmatch(css, -1)
			if len(found) != 2 {
				return light, dark, fmt.Errorf("pages: the stylesheet has no --%s for two themes", name)
			}
			*into, _ = parseRGB(string(found[i][1]))
		}
	}
	return light, dark, nil
}

// contrast is the lowest contrast of an accent color with what it meets.
func (p palette) contrast(accent rgb) float64 {
	return min(accent.contrast(p.ground), accent.contrast(p.card), accent.contrast(p.onAccent))
}

// adjust moves a color towards another one as far as the contrast needs.
func (p palette) adjust(accent, towards rgb) rgb {
	const steps = 100
	for i := range steps {
		if mixed := accent.mix(towards, float64(i)/steps); p.contrast(mixed) >= minContrast {
			return mixed
		}
	}
	return towards
}

// rgb is a color of sRGB.
type rgb [3]uint8

func parseRGB(text string) (rgb, bool) {
	if !regexp.MustCompile(`^#[0-9a-fA-F]{6}$`).MatchString(text) {
		return rgb{}, false
	}
	n, _ := strconv.ParseUint(text[1:], 16, 32)
	return rgb{uint8(n >> 16), uint8(n >> 8), uint8(n)}, true //nolint:gosec // the low bytes
}

// String writes the color as style sheets do.
func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2]) }

func (c rgb) mix(other rgb, share float64) rgb {
	for i := range c {
		c[i] = uint8(math.Round(float64(c[i])*(1-share) + float64(other[i])*share))
	}
	return c
}

// contrast is the contrast ratio of WCAG 2.2, from 1 to 21.
func (c rgb) contrast(other rgb) float64 {
	a, b := c.luminance(), other.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	var sum float64
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := float64(c[i]) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

package pages_test

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><style>rect{fill:#123}</style><rect width="300" height="100"/></svg>`

func brand(t *testing.T) pages.Brand {
	t.Helper()
	color, err := pages.ParseColor("#8a1538")
	require.NoError(t, err)
	logo, err := pages.NewLogo([]byte(svg))
	require.NoError(t, err)
	link, err := pages.ParseLink("Imprint=https://example.com/imprint?a=b&c=d")
	require.NoError(t, err)
	return pages.Brand{Name: `Smith & Sons`, Logo: logo, Color: color, Links: []pages.Link{link}}
}

func TestPagesOfABrand(t *testing.T) {
	t.Parallel()
	settings := pages.Settings{Brand: brand(t)}
	set, err := pages.New(settings)
	require.NoError(t, err)
	inEveryLanguage(t, settings, func(name, _ string, w *httptest.ResponseRecorder) {
		body := w.Body.String()
		assert.NotContains(t, body, "Gatehouse", name)
		assert.Contains(t, body, "· Smith &amp; Sons</title>", name)
		assert.Contains(t, body, `<a href="https://example.com/imprint?a=b&amp;c=d" rel="noreferrer">Imprint</a>`, name)
		assert.NotRegexp(t, `<style| style=`, body, name)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), "style-src 'self'; img-src 'self'", name)
	})
	body := everyPage(t, settings, "de")["login"].Body.String()
	sheet := regexp.MustCompile(`/assets/[0-9a-f]{16}/brand.css`).FindString(body)
	w := httptest.NewRecorder()
	require.True(t, set.Asset(w, sheet))
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "--accent:#8a1538")
	logo := regexp.MustCompile(`<img src="(/assets/[0-9a-f]{16}/logo.svg)" alt="" width="84" height="28">`).FindStringSubmatch(body)
	require.NotNil(t, logo, "in its shape")
	w = httptest.NewRecorder()
	require.True(t, set.Asset(w, logo[1]))
	assert.Equal(t, svg, w.Body.String())
	assert.Equal(t, "image/svg+xml", w.Header().Get("Content-Type"))
	policy := w.Header().Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'", "opened on its own it runs no script")
	assert.Contains(t, policy, "sandbox;")
	assert.NotContains(t, policy, "script")

	named := everyPage(t, pages.Settings{Brand: pages.Brand{Name: "Smith"}}, "en")["landing"].Body.String()
	assert.NotContains(t, named, "gatehouse.svg", "the logo of the product is not the operator's")
	assert.NotContains(t, named, `<a class="brand" href="/"><img`)
	plain := everyPage(t, pages.Settings{}, "en")["login"].Body.String()
	assert.NotContains(t, plain, "brand.css")
	assert.Contains(t, plain, "· Gatehouse</title>")
	assert.Contains(t, plain, "gatehouse.svg")
}

func luminance(t *testing.T, color string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Whatever color is accepted can be read in both themes: as a link on the page and on its card, and
// as a button with its text.
func TestColorsCanBeRead(t *testing.T) {
	t.Parallel()
	assert.InDelta(t, 21, contrast(t, "#000000", "#ffffff"), 0.01)
	assert.InDelta(t, 4.54, contrast(t, "#767676", "#ffffff"), 0.01)
	accepted := 0
	for n := 0; n < 1<<24; n += 0x70f0d {
		text := "#" + strings.Repeat("0", 6-len(strconv.FormatInt(int64(n), 16))) + strconv.FormatInt(int64(n), 16)
		color, err := pages.ParseColor(text)
		readable := contrast(t, text, "#ffffff") >= 4.5 && contrast(t, text, "#f4f6fa") >= 4.5
		assert.Equal(t, readable, err == nil, text)
		if err != nil {
			proposed := regexp.MustCompile(`#[0-9a-f]{6} would do`).FindString(err.Error())
			require.NotEmpty(t, proposed, err)
			_, err := pages.ParseColor(proposed[:7])
			require.NoError(t, err, "what it proposes is accepted")
			continue
		}
		accepted++
		set, err := pages.New(pages.Settings{Brand: pages.Brand{Color: color}})
		require.NoError(t, err)
		w, page := httptest.NewRecorder(), httptest.NewRecorder()
		require.NoError(t, set.For(reader("en")).Landing(page, pages.Landing{}))
		require.True(t, set.Asset(w, regexp.MustCompile(`/assets/[0-9a-f]{16}/brand.css`).FindString(page.Body.String())))
		css := regexp.MustCompile(`--accent:(#[0-9a-f]{6})}.*dark.*--accent:(#[0-9a-f]{6});--on-accent:(#[0-9a-f]{6})`).FindStringSubmatch(w.Body.String())
		require.NotNil(t, css, w.Body)
		assert.Equal(t, text, css[1])
		for _, behind := range []string{"#10141d", "#181e2a", css[3]} {
			assert.GreaterOrEqual(t, contrast(t, css[2], behind), 4.5, "%s on the dark theme", text)
		}
		if accepted == 8 {
			break // making the pages takes a while
		}
	}
	for _, wrong := range []string{"", "red", "#fff", "#12345", "#1234567", "123456", "#12345g", "#123456;}", "#８a1538"} {
		_, err := pages.ParseColor(wrong)
		assert.ErrorContains(t, err, "#rrggbb", wrong)
	}
}

func TestLogos(t *testing.T) {
	t.Parallel()
	var small, large bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewRGBA(image.Rect(0, 0, 20, 40))))
	require.NoError(t, png.Encode(&large, image.NewRGBA(image.Rect(0, 0, 3000, 1))))
	for _, tc := range []struct{ content, want string }{
		{svg, ""},
		{small.String(), ""},
		{`<?xml version="1.0"?><!-- made by hand --><svg xmlns="http://www.w3.org/2000/svg" width="16px" height="16px"/>`, ""},
		{large.String(), "3000 by 1 pixels"},
		{small.String()[:60], "PNG"},
		{"", "neither a PNG nor an SVG"},
		{"GIF89a", "neither a PNG nor an SVG"},
		{"<html xmlns='http://www.w3.org/1999/xhtml'/>", "neither a PNG nor an SVG"},
		{"<svg/>", "neither a PNG nor an SVG"},
		{svg[:80], "neither a PNG nor an SVG"},
		{strings.Replace(svg, "<rect", "<script>alert(1)</script><rect", 1), "script"},
		{strings.Replace(svg, "<rect", "<SCRIPT/><rect", 1), "script"},
		{strings.Replace(svg, "<rect", "<foreignObject/><rect", 1), "script"},
		{strings.Replace(svg, "<rect", `<rect onload="alert(1)"`, 1), "event handler"},
		{strings.Replace(svg, "<rect", `<a href=" javascript:alert(1)"/><rect`, 1), "event handler"},
		{svg + strings.Repeat(" ", 64<<10), "64 KiB"},
	} {
		_, err := pages.NewLogo([]byte(tc.content))
		if tc.want == "" {
			assert.NoError(t, err, tc.content)
		} else {
			assert.ErrorContains(t, err, tc.want, "%.100q", tc.content)
		}
	}
	for box, width := range map[string]string{"0 0 100 100": "28", "0 0 1000 10": "168", "0,0,1,100": "14", "0 0 0 0": "28", "0 0 nan nan": "28", "0 0 -5 5": "28"} {
		logo, err := pages.NewLogo([]byte(strings.Replace(svg, "0 0 300 100", box, 1)))
		require.NoError(t, err)
		set, err := pages.New(pages.Settings{Brand: pages.Brand{Logo: logo}})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		require.NoError(t, set.For(reader("en")).Error(w, http.StatusBadRequest, pages.Error{}))
		assert.Contains(t, w.Body.String(), `logo.svg" alt="" width="`+width+`" height="28"`, box)
	}
}

func TestBrandNamesAndLinks(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"", "Smith & Sons", "Müller GmbH", strings.Repeat("ä", 40)} {
		assert.NoError(t, pages.CheckBrandName(good))
	}
	for _, bad := range []string{" x", "x\n", "a\x00b", "a\u202eb", strings.Repeat("ä", 41), "\xff"} {
		assert.Error(t, pages.CheckBrandName(bad), "%q", bad)
	}
	link, err := pages.ParseLink(" Help = https://example.com/help?a=b ")
	require.NoError(t, err)
	assert.Equal(t, pages.Link{Label: "Help", URL: "https://example.com/help?a=b"}, link)
	for _, bad := range []string{
		"", "https://example.com", "=https://example.com", "Help=", "Help=http://example.com", "Help=javascript:alert(1)", "Help=//example.com", "Help=/help",
		"Help=https://", "Help=https://user:pw@example.com", "a\u202e=https://example.com", strings.Repeat("x", 41) + "=https://example.com", "Help=https://exa mple.com",
	} {
		_, err := pages.ParseLink(bad)
		assert.Error(t, err, "%q", bad)
	}
}

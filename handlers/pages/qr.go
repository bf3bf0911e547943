package pages

import (
	"errors"
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// quietZone is the blank margin of a code, in modules (ISO/IEC 18004 section 9.1).
const quietZone = 4

// qrCode draws a text as an SVG image: nothing of it is fetched, and it is sharp at every size. The colors are
// black on white also where the page is dark, which not all readers take inverted.
func qrCode(text, label string) (template.HTML, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("pages: draw a QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			first := x
			for code.Black(x, y) { // outside of the code all is white
				x++
			}
			if x > first {
				fmt.Fprintf(&path, "M%d %d.5h%d", first+quietZone, y+quietZone, x-first)
			}
		}
	}
	size := code.Size + 2*quietZone
	return template.HTML(fmt.Sprintf( //nolint:gosec // numbers, and a label that is escaped
		`<svg class="qr" role="img" aria-label="%s" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path stroke="#000" d="%s"/></svg>`,
		template.HTMLEscapeString(label), size, size, size, size, path.String())), nil
}

// otpauth is the address of a QR code as a link: nobody can scan the screen of the device that the app is on.
// Templates take no other scheme than those of the web for safe.
func otpauth(text string) (template.URL, error) {
	if !strings.HasPrefix(text, "otpauth://totp/") {
		return "", errors.New("pages: what a QR code contains must be for an authenticator app")
	}
	return template.URL(text), nil //nolint:gosec // the scheme is checked
}

// groups has a space after every four characters, for people who type a text.
func groups(text string) string {
	var grouped strings.Builder
	for i, c := range text {
		if i > 0 && i%4 == 0 {
			grouped.WriteByte(' ')
		}
		grouped.WriteRune(c)
	}
	return grouped.String()
}

package provider

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextFault says why a text of one line that people chose, such as a name, must not be stored; empty:
// it may. A control character, of C0 or C1, moves the cursor of the terminal in which an operator reads
// the name; a bidirectional control shows the name, and what stands after it, in another order
// (CVE-2021-42574).
func TextFault(text string) string {
	if !utf8.ValidString(text) {
		return "must be UTF-8"
	}
	for _, r := range text {
		switch {
		case unicode.IsControl(r):
			return fmt.Sprintf("must not have the control character %U", r)
		case unicode.Is(unicode.Bidi_Control, r):
			return fmt.Sprintf("must not have %U, which changes the direction of text", r)
		}
	}
	return ""
}

// LinesFault is TextFault for a text that may have several lines.
func LinesFault(text string) string {
	return TextFault(strings.NewReplacer("\r\n", " ", "\n", " ").Replace(text))
}

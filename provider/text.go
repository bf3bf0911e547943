package provider

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// TextFault says why a text of one line that people chose, such as a name, must not be stored; nil:
// it may. A control character, of C0 or C1, moves the cursor of the terminal in which an operator reads
// the name; a bidirectional control shows the name, and what stands after it, in another order
// (CVE-2021-42574).
func TextFault(text string) *fault.Fault {
	if !utf8.ValidString(text) {
		return fault.New(fault.UTF8)
	}
	for _, r := range text {
		switch {
		case unicode.IsControl(r):
			return fault.New(fault.Control, "character", fmt.Sprintf("%U", r))
		case unicode.Is(unicode.Bidi_Control, r):
			return fault.New(fault.Direction, "character", fmt.Sprintf("%U", r))
		}
	}
	return nil
}

// LinesFault is TextFault for a text that may have several lines.
func LinesFault(text string) *fault.Fault {
	return TextFault(strings.NewReplacer("\r\n", " ", "\n", " ").Replace(text))
}

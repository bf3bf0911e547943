package pages

import (
	"fmt"

	numbers "golang.org/x/text/message"
)

// number is a whole number as people write it in the language.
func (m messages) number(n any) string { return numbers.NewPrinter(m.language).Sprintf("%d", n) }

// signed is a whole number with its sign.
func signed(n *int) string { return fmt.Sprintf("%+d", *n) }

// known is the text with the key, or another one where there is none: for values of which some have a text.
func (m messages) known(key, otherwise string) string {
	if forms, ok := m.texts[key]; ok {
		return forms["other"]
	}
	return otherwise
}

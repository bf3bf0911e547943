package pages

import (
	"strings"
	"unicode/utf8"
)

// Masked is an email address of which its owner recognizes enough, and others cannot send anything to: whoever has
// typed a password need not be the user. Empty stays empty.
func Masked(address string) string {
	local, domain, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	masked := first(local) + "***@" + first(domain) + "***"
	if dot := strings.LastIndexByte(domain, '.'); dot >= 0 {
		masked += domain[dot:]
	}
	return masked
}

func first(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

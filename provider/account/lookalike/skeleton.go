package lookalike

import (
	_ "embed" // the table
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// table has a line for each character that looks like others, in the order of the characters: the
// character, followed by what stands for all of them.
//
//go:generate go run ./generate
//go:embed table.txt
var table string

// Skeleton is what all names that look the same have in common, and no others (UTS #39 section 4). It
// is to be compared and not to be shown: it is no name.
func Skeleton(name string) string {
	// Twice: the table makes an O of a zero, which is an o to whoever knows names in lower case.
	return prototypes(cases.Fold().String(prototypes(name)))
}

// prototypes is the skeleton of the standard.
func prototypes(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if ignorable(r) {
			continue
		}
		if prototype, found := lookUp(r); found {
			b.WriteString(prototype)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFD.String(b.String())
}

// ignorable tells whether a character is not seen.
func ignorable(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// lookUp finds a character's line. UTF-8 sorts as the characters do.
func lookUp(r rune) (prototype string, found bool) {
	low, high := 0, len(table) // both begin a line, or are the end
	for low < high {
		middle := low + (high-low)/2
		begin := low + strings.LastIndexByte(table[low:middle], '\n') + 1
		end := begin + strings.IndexByte(table[begin:], '\n')
		has, size := utf8.DecodeRuneInString(table[begin:end])
		switch {
		case r < has:
			high = begin
		case r > has:
			low = end + 1
		default:
			return table[begin+size : end], true
		}
	}
	return "", false
}

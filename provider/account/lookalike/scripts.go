package lookalike

import (
	"fmt"
	"slices"
	"unicode"
)

// together are the scripts that a language writes in one word, with Latin letters among them: Japanese,
// Chinese and Korean (UTS #39 section 5.2, highly restrictive).
func together() [][]string {
	return [][]string{
		{"Latin", "Han", "Hiragana", "Katakana"},
		{"Latin", "Han", "Bopomofo"},
		{"Latin", "Han", "Hangul"},
	}
}

// Mixed says what a name mixes that no language writes in one word, such as Latin and Cyrillic letters;
// empty: nothing. Names of one script each are found by their skeletons.
func Mixed(name string) string {
	var scripts []string
	for _, r := range name {
		if s := scriptOf(r); s != "" && !slices.Contains(scripts, s) {
			scripts = append(scripts, s)
		}
	}
	if len(scripts) > 1 && !slices.ContainsFunc(together(), func(set []string) bool {
		return !slices.ContainsFunc(scripts, func(s string) bool { return !slices.Contains(set, s) })
	}) {
		return fmt.Sprintf("%s and %s letters", scripts[0], scripts[1])
	}
	zero := rune(-1)
	for _, r := range name {
		z, digit := zeroOf(r)
		if digit && zero >= 0 && z != zero {
			return "digits of several number systems" // UTS #39 section 5.3
		}
		if digit {
			zero = z
		}
	}
	return ""
}

// scriptOf is the script of a character; empty for those that many scripts share, such as digits.
func scriptOf(r rune) string {
	if unicode.In(r, unicode.Latin) {
		return "Latin"
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, of := range unicode.Scripts {
		if unicode.Is(of, r) {
			return name
		}
	}
	return ""
}

// zeroOf is the zero of the number system that a digit is of: ten digits always follow one another.
func zeroOf(r rune) (zero rune, digit bool) {
	for _, in := range unicode.Nd.R16 {
		if rune(in.Lo) <= r && r <= rune(in.Hi) {
			return r - (r-rune(in.Lo))%10, true
		}
	}
	for _, in := range unicode.Nd.R32 {
		if first := rune(in.Lo); first <= r && r <= first+rune(in.Hi-in.Lo) { //nolint:gosec // characters are below 0x110000
			return r - (r-first)%10, true
		}
	}
	return 0, false
}

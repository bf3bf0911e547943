package mail

import (
	"fmt"
	"mime"
	"strings"
)

// longestWord bounds an encoded word, in bytes: the first one stands in the line of the field's name. A
// subject whose first line is empty is shown as none by some programs.
const longestWord = 60

// subject is the text as encoded words (RFC 2047 section 2), unless it needs none. They are separated by
// spaces, at which the field is folded, and which are not shown.
func subject(text string) string {
	if mime.QEncoding.Encode("UTF-8", text) == text {
		return text
	}
	const begin, end = "=?UTF-8?q?", "?="
	var words []string
	word := begin
	for _, r := range text {
		char := quoted(r) // a word has whole characters (section 5)
		if len(word)+len(char)+len(end) > longestWord {
			words, word = append(words, word+end), begin
		}
		word += char
	}
	return strings.Join(append(words, word+end), " ")
}

// quoted is a character in the encoding Q (section 4.2).
func quoted(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r > ' ' && r <= '~' && !strings.ContainsRune("=?_", r):
		return string(r)
	default:
		var text strings.Builder
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&text, "=%02X", b)
		}
		return text.String()
	}
}

package pages

import "strings"

// Span is a part of a text, in code or not.
type Span struct {
	Text string
	Code bool
}

// Spans parts a text at its backquotes, between which there is code.
func Spans(text string) []Span {
	var list []Span
	for i, part := range strings.Split(text, "`") {
		if part != "" {
			list = append(list, Span{Text: part, Code: i%2 == 1})
		}
	}
	return list
}

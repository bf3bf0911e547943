package reference

import (
	"fmt"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// values are those that a schema allows; nil: any. Null is no value, but part of the type.
func values(s *huma.Schema) []any {
	allowed := s.Enum
	if listed, ok := s.Extensions["enum"].([]any); ok { // documented, and judged by the domain
		allowed = listed
	}
	var list []any
	for _, value := range allowed {
		if value != nil {
			list = append(list, value)
		}
	}
	return list
}

// bounds says what a value may be, beyond its type, and what it is where it is left out.
func (v view) bounds(s *huma.Schema) []pages.Span {
	s = v.resolve(s)
	if s == nil {
		return nil
	}
	var list []pages.Span
	say := func(words string, code ...string) {
		if len(list) > 0 {
			words = "; " + words
		}
		list = append(list, pages.Span{Text: words})
		for i, c := range code {
			if i > 0 {
				list = append(list, pages.Span{Text: " "})
			}
			list = append(list, pages.Span{Text: c, Code: true})
		}
	}
	if allowed := values(s); allowed != nil {
		names := make([]string, len(allowed))
		for i, value := range allowed {
			names[i] = text(value)
		}
		say("one of ", names...)
	}
	if words := between(s.Minimum, s.Maximum, ""); words != "" {
		say(words)
	}
	if words := between(s.ExclusiveMinimum, s.ExclusiveMaximum, ""); words != "" {
		say(words + ", exclusive")
	}
	if s.MultipleOf != nil {
		say("a multiple of " + number(*s.MultipleOf))
	}
	if words := between(floats(s.MinLength), floats(s.MaxLength), " characters"); words != "" {
		say(words)
	}
	if s.Pattern != "" {
		say("pattern ", s.Pattern)
	}
	if words := between(floats(s.MinItems), floats(s.MaxItems), " items"); words != "" {
		say(words)
	}
	if s.UniqueItems {
		say("each once")
	}
	if words := between(floats(s.MinProperties), floats(s.MaxProperties), " entries"); words != "" {
		say(words)
	}
	if s.Type == huma.TypeArray {
		if each := v.bounds(s.Items); each != nil {
			say("each ")
			list = append(list, each...)
		}
	}
	if s.Default != nil {
		say("default ", text(s.Default))
	}
	return list
}

func between(least, most *float64, of string) string {
	switch {
	case least != nil && most != nil && *least == *most:
		return number(*least) + of
	case least != nil && most != nil:
		return fmt.Sprintf("%s to %s%s", number(*least), number(*most), of)
	case least != nil:
		return "at least " + number(*least) + of
	case most != nil:
		return "at most " + number(*most) + of
	default:
		return ""
	}
}

func floats(n *int) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

package proxy

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errAmbiguous: the API could read the path as another one than we do.
var errAmbiguous = errors.New("the path can be read in several ways")

// mostDecodings is how often a path is decoded. Who encodes more often is up to no good.
const mostDecodings = 4

// requestPath are the segments of a path: exact ones as an API should read them, and loose ones as it
// may if it decodes them twice, or ignores empty segments, trailing dots or parameters.
type requestPath struct{ exact, loose []string }

// parsePath reads an escaped path. It refuses a path with segments that are removed when it is cleaned,
// and one that has more separators once it is decoded, however often: an API that cleans or decodes it
// again would serve something else than was authorized.
func parsePath(escaped string) (requestPath, error) {
	if !strings.HasPrefix(escaped, "/") {
		return requestPath{}, errAmbiguous
	}
	once := unescape(escaped)
	for text, next, i := escaped, once, 0; ; text, next, i = next, unescape(next), i+1 {
		if separators(next) != separators(text) || i == mostDecodings || !plain(next) {
			return requestPath{}, errAmbiguous
		}
		if next == text {
			return requestPath{strings.Split(once[1:], "/"), loosely(strings.Split(text[1:], "/"))}, nil
		}
	}
}

func loosely(segments []string) []string {
	var loose []string
	for _, segment := range segments {
		if name := strings.TrimRight(withoutParameters(segment), " ."); name != "" {
			loose = append(loose, name)
		}
	}
	return loose
}

func separators(path string) int { return strings.Count(path, "/") }

// plain tells whether no segment is one of dots, and nothing in the path is cut off or replaced by a
// system that is known: backslashes and control characters, and what is no UTF-8.
func plain(path string) bool {
	if !utf8.ValidString(path) || strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) {
		return false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if name := withoutParameters(segment); name == "." || name == ".." {
			return false
		}
	}
	return true
}

// withoutParameters cuts off what a server may take for parameters of a segment, or for a query.
func withoutParameters(segment string) string {
	if at := strings.IndexAny(segment, ";?#"); at >= 0 {
		return segment[:at]
	}
	return segment
}

// unescape decodes what is encoded and leaves the rest, as lenient servers do.
func unescape(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && hex(text[i+1]) >= 0 && hex(text[i+2]) >= 0 {
			b.WriteByte(byte(hex(text[i+1])<<4 | hex(text[i+2]))) //nolint:gosec // two digits are a byte
			i += 2
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// hex is the value of a digit, or -1.
func hex(c byte) int {
	const digits = "0123456789abcdefABCDEF"
	value := strings.IndexByte(digits, c)
	if value >= 16 {
		value -= 6
	}
	return value
}

package proxy

import (
	"errors"
	"net/url"
	"slices"
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

// pathOf reads the path as the client wrote it: where it has a character that must be encoded, net/url makes
// an encoding of its own, in which an encoded separator is one. The API, or another proxy, gets either.
func pathOf(u *url.URL) (requestPath, error) {
	sent, err := parsePath(u.EscapedPath())
	if err != nil || u.RawPath == "" {
		return sent, err
	}
	written, err := parsePath(u.RawPath)
	if err != nil || !slices.Equal(written.exact, sent.exact) || !slices.Equal(written.loose, sent.loose) {
		return requestPath{}, errAmbiguous
	}
	return sent, nil
}

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
// system that is known: backslashes and control characters, what some take for separators when they
// convert a text, and what is no UTF-8.
func plain(path string) bool {
	if !utf8.ValidString(path) || strings.ContainsAny(path, "\\\uff0f\uff3c\u2044\u2215\u29f8\u29f5") || strings.ContainsFunc(path, unicode.IsControl) {
		return false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if dots(withoutParameters(segment)) {
			return false
		}
	}
	return true
}

// dots tells whether a name is one or two dots, or what some system makes of spaces, dots of other scripts
// and the like.
func dots(name string) bool {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r): // the latter are not visible
			return -1
		case strings.ContainsRune("\u2024\u3002\ufe52\uff0e\uff61", r):
			return '.'
		default:
			return r
		}
	}, name)
	return name == "." || name == ".." || name == "\u2025"
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

package provider

// maxNesting is more than any JSON of the protocols has levels.
const maxNesting = 32

// TooDeep tells whether JSON from outside is nested too deeply to be parsed: parsers pay for
// each level, some with their stack (go-jose CVE-2026-116586). What is no JSON at all is for
// the parser to say.
func TooDeep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

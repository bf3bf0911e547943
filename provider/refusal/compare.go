package refusal

import "unicode/utf8"

// Field names a value that may be shown to an administrator. It is an allow-list:
// there is no field for a password, secret, code, verifier, assertion or token, so
// none of them can get into a record.
type Field string

// The fields that a record may show.
const (
	FieldRedirectURI Field = "redirect_uri"
	FieldGrantType   Field = "grant_type"
	FieldScope       Field = "scope"
	FieldAudience    Field = "audience"
	FieldAuthMethod  Field = "token_endpoint_auth_method"
	FieldContentType Field = "content_type"
	FieldParameter   Field = "parameter"
	FieldMethod      Field = "method"
	FieldPath        Field = "path"
	FieldClientID    Field = "client_id"
	FieldResponse    Field = "response_type"
	FieldPKCEMethod  Field = "code_challenge_method"
	FieldPrompt      Field = "prompt"
	FieldAlgorithm   Field = "alg"
	FieldACR         Field = "acr"
	FieldPolicy      Field = "rate_limit_policy"
	FieldPostLogout  Field = "post_logout_redirect_uri"
	FieldAddress     Field = "address"
	FieldIfMatch     Field = "if_match"
	// FieldFields are JSON pointers and names of parameters, without their values.
	FieldFields Field = "fields"
	// FieldTime compares until, or from, when something is good with the clock that judged it.
	FieldTime Field = "time"
)

// Bounds of each side of a comparison in bytes: of one that is kept whole, and of what is left
// of one that is not.
const (
	wholeMax   = 300
	compareMax = 80
)

// Compare notes what was expected and what came. Values are kept whole, so that an operator
// can register what came without asking for it again; those that are too long, and those that
// a caller could have put anything into, are cut shortly after the first difference.
func (r *Refusal) Compare(field Field, expected, received string) *Refusal {
	r.Field, r.Expected, r.Received = field, expected, received
	if field.open() || max(len(expected), len(received)) > wholeMax {
		r.Expected, r.Received = cut(expected, received)
	}
	return r
}

// open fields hold what stands in an address or header or names a parameter: a token may be in them
// that a client put into the wrong place.
func (f Field) open() bool { return f == FieldPath || f == FieldParameter || f == FieldIfMatch }

// cut keeps of two values what is around their first difference: enough to see a trailing
// slash, not enough to leak what follows.
func cut(expected, received string) (cutExpected, cutReceived string) {
	at := 0
	for at < len(expected) && at < len(received) && expected[at] == received[at] {
		at++
	}
	return around(expected, at), around(received, at)
}

func around(text string, at int) string {
	const after = 16
	start, end := 0, min(at+after, len(text))
	if end-start > compareMax {
		start = end - compareMax
	}
	for start < end && !utf8.RuneStart(text[start]) {
		start++
	}
	for end < len(text) && end > start && !utf8.RuneStart(text[end]) {
		end--
	}
	part := text[start:end]
	if start > 0 {
		part = "…" + part
	}
	if end < len(text) {
		part += "…"
	}
	return part
}

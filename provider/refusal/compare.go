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
	FieldPolicy      Field = "rate_limit_policy"
	FieldPostLogout  Field = "post_logout_redirect_uri"
)

// compareMax bounds each side in bytes, so that a sealed record stays within an
// error_uri of 600 characters.
const compareMax = 80

// Compare notes what was expected and what came, each cut shortly after the first
// difference: enough to see a trailing slash, not enough to leak what follows.
func (r *Refusal) Compare(field Field, expected, received string) *Refusal {
	at := 0
	for at < len(expected) && at < len(received) && expected[at] == received[at] {
		at++
	}
	r.Field = field
	r.Expected, r.Received = around(expected, at), around(received, at)
	return r
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
	cut := text[start:end]
	if start > 0 {
		cut = "…" + cut
	}
	if end < len(text) {
		cut += "…"
	}
	return cut
}

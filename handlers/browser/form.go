package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// maxAddress bounds the parameters of a request, in bytes.
const maxAddress = 16 << 10

// readAddress reads the parameters in the address of a request.
func readAddress(r *http.Request) (url.Values, error) {
	form, err := wire.Parameters(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > maxAddress || !readable(form) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The address is too long or not well-formed.").Because(err)
	}
	return form, nil
}

// readPost reads a posted form, from whichever site.
func readPost(r *http.Request) (url.Values, error) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if strings.TrimSpace(strings.ToLower(kind)) != "application/x-www-form-urlencoded" {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckContentType, "The form must be sent as application/x-www-form-urlencoded.").
			WithStatus(http.StatusUnsupportedMediaType)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	form, err := wire.Parameters(string(body))
	if err != nil || !readable(form) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The form is not well-formed.").Because(err)
	}
	return form, nil
}

// readOwnForm reads a form of one of our own pages. Another site must not sign people in
// or out, or agree for them (threats 43, Casdoor CVE-2023-34927).
func (b *Browser) readOwnForm(r *http.Request) (url.Values, error) {
	if err := b.origin.Check(r); err != nil {
		return nil, refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The form was sent from another site.").Because(err)
	}
	return readPost(r)
}

// readable: broken UTF-8 and NUL are nothing that a page sends.
func readable(form url.Values) bool {
	for name, values := range form {
		for _, text := range append(values, name) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				return false
			}
		}
	}
	return true
}

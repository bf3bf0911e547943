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
// or out, or agree for them: that would let it make a person work in an account of its own.
func (b *Browser) readOwnForm(r *http.Request) (url.Values, error) {
	elsewhere := b.origin.Check(r)
	refused := refusal.New(refusal.AccessDenied, refusal.CheckCrossSite, "The form was sent from another site.").Because(elsewhere)
	if elsewhere != nil && !originWithheld(r) {
		return nil, refused
	}
	form, err := readPost(r)
	if err != nil {
		return nil, err
	}
	if elsewhere != nil && !b.shownHere(r, form) {
		return nil, refused
	}
	return form, nil
}

// originWithheld: the browser says nothing about where the form stood. That may be a page of
// ours, in a browser without Fetch Metadata that keeps the referrer to itself, or a frame of
// anybody's.
func originWithheld(r *http.Request) bool {
	return r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == ""
}

// shownHere tells whether the form holds what a page of ours held in this very browser: it is
// sealed for a cookie that nobody else knows, and that other sites' forms do not bring.
func (b *Browser) shownHere(r *http.Request, form url.Values) bool {
	for _, name := range []string{"flow", "page"} {
		if _, err := b.open(r, form.Get(name)); err == nil {
			return true
		}
	}
	return false
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

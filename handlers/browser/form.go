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

// maxQuery bounds the parameters of a request, in bytes.
const maxQuery = 16 << 10

// readQuery reads the query parameters of a request.
func readQuery(r *http.Request) (url.Values, error) {
	form, err := wire.Parameters(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > maxQuery || !readable(form) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The request URL is too long or malformed.").Because(err)
	}
	return form, nil
}

// readPost reads a posted form, from any site.
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
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The form is malformed.").Because(err)
	}
	return form, nil
}

// readOwnForm reads a form of one of this server's own pages. Another site must not sign users in
// or out, or agree for them: it could make a victim work in the attacker's account.
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

// originWithheld: the browser does not say where the form was. That may be a page of this server,
// in a browser without Fetch Metadata that sends no referrer, or a frame of another site.
func originWithheld(r *http.Request) bool {
	return r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == ""
}

// shownHere tells whether the form contains a value of a page shown in this browser: it is sealed
// for a cookie that other sites cannot read and that their forms do not send.
func (b *Browser) shownHere(r *http.Request, form url.Values) bool {
	for _, name := range []string{"flow", "page"} {
		if _, err := b.open(r, form.Get(name)); err == nil {
			return true
		}
	}
	return false
}

// readable: no page sends invalid UTF-8 or NUL.
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

package wire

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// FormType is the content type of forms.
const FormType = "application/x-www-form-urlencoded"

// MaxQuery bounds the query of a request, in bytes.
const MaxQuery = 16 << 10

// Query reads the query parameters of a request.
func Query(r *http.Request) (url.Values, error) {
	form, err := Parameters(r.URL.RawQuery)
	if err != nil || len(r.URL.RawQuery) > MaxQuery || !readable(form) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The request URL is too long or malformed.").Because(err)
	}
	return form, nil
}

// IsForm tells whether the body is a form by its type. That has no charset parameter; libraries send
// one, whatever they encode: what is not UTF-8 is refused where it is read. A malformed type is none:
// a proxy that inspects forms could take the body for something else.
func IsForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == FormType
}

// Form reads the parameters of the body, and never those of the query. It can be read once. Which
// parameters may repeat is for the endpoint to decide: RFC 6749 section 3.2 forbids it for those it
// knows, RFC 8707 section 2 allows it for resource.
func Form(r *http.Request) (url.Values, error) {
	if !IsForm(r) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckContentType, "The body must be sent as "+FormType+" in UTF-8.").
			WithStatus(http.StatusUnsupportedMediaType).
			Compare(refusal.FieldContentType, FormType, r.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	r.Body = http.NoBody
	form, err := Parameters(string(body))
	if err != nil || !readable(form) {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The body is not a well-formed form.").Because(err)
	}
	return form, nil
}

func readable(form url.Values) bool {
	for name, values := range form {
		if slices.ContainsFunc(append(values, name), func(text string) bool { return !Readable(text) }) {
			return false
		}
	}
	return true
}

package oauth

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const formType = "application/x-www-form-urlencoded"

// readForm reads the parameters of the body, once. What two readers could understand differently is refused: parameters sent
// twice (RFC 6749 section 3.2, Keycloak CVE-2026-9689), other encodings, broken UTF-8.
// A parameter without a value counts as not sent, and one that no endpoint knows is ignored
// however often it stands there (section 3.2).
func readForm(r *http.Request) (url.Values, error) {
	if err := credentialsInURL(r.URL.RawQuery); err != nil {
		return nil, err
	}
	if err := isForm(r.Header); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	form, err := wire.Parameters(string(body))
	if err != nil {
		return nil, malformedForm().Because(err)
	}
	for name, values := range form {
		if err := oauth.OnlyOnce(name, values); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(append(values, name), unreadable) {
			return nil, malformedForm()
		}
		if values = slices.DeleteFunc(values, func(v string) bool { return v == "" }); len(values) == 0 {
			delete(form, name)
		} else {
			form[name] = values
		}
	}
	r.Body = http.NoBody
	return form, nil
}

func isForm(h http.Header) error {
	// The type has no charset parameter; libraries send one, whatever they encode. What is not
	// UTF-8 is refused where it is read.
	if kind, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || kind != formType {
		return refusal.New(refusal.InvalidRequest, refusal.CheckContentType, "The body must be sent as "+formType+" in UTF-8.").
			WithStatus(http.StatusUnsupportedMediaType).
			Compare(refusal.FieldContentType, formType, h.Get("Content-Type"))
	}
	return nil
}

// unreadable: broken UTF-8, and the NUL that Postgres cannot store in a text.
func unreadable(text string) bool { return !utf8.ValidString(text) || strings.ContainsRune(text, 0) }

func malformedForm() *refusal.Refusal {
	return refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The body is not a well-formed form.")
}

// credentialsInURL refuses parameters that would have ended up in the logs of every
// proxy on the way (RFC 6749 section 2.3.1). Others in the query are not read at all.
func credentialsInURL(query string) error {
	if query == "" {
		return nil
	}
	values, _ := wire.Parameters(query) // what does not parse cannot be read as a credential either
	for _, name := range []string{"client_secret", "client_assertion", "code", "code_verifier", "refresh_token", "token", "access_token", "password"} {
		if values.Has(name) {
			return refusal.New(refusal.InvalidRequest, refusal.CheckQuerySecret, "Parameters of this endpoint belong into the body, not into the address.").
				Compare(refusal.FieldParameter, "", name)
		}
	}
	return nil
}

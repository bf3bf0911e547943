package oauth

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// readForm reads the parameters of the body, once. What two readers could understand differently is
// refused: parameters sent twice (RFC 6749 section 3.2, Keycloak CVE-2026-9689), other encodings,
// broken UTF-8. A parameter without a value counts as not sent, and an unknown one is ignored however
// often it appears (section 3.2).
func readForm(r *http.Request) (url.Values, error) {
	if err := credentialsInURL(r.URL.RawQuery); err != nil {
		return nil, err
	}
	form, err := wire.Form(r)
	if err != nil {
		return nil, err
	}
	for name, values := range form {
		if err := oauth.OnlyOnce(name, values); err != nil {
			return nil, err
		}
		if values = slices.DeleteFunc(values, func(v string) bool { return v == "" }); len(values) == 0 {
			delete(form, name)
		} else {
			form[name] = values
		}
	}
	return form, nil
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
			return refusal.New(refusal.InvalidRequest, refusal.CheckQuerySecret, "The parameters of this endpoint must be sent in the body, not in the query.").
				Compare(refusal.FieldParameter, "", name)
		}
	}
	return nil
}

package oauth

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// callOf is the call that a request makes, without the parameters of its body. Whoever limits the
// route has begun it.
func callOf(r *http.Request) *oauth.Call {
	call := oauth.CallOf(r.Context())
	call.Authorization = r.Header.Values("Authorization")
	call.Origin = canonical.From(r.Context()).AddressPrefix()
	return call
}

// readCall reads the body as well.
func readCall(r *http.Request) (*oauth.Call, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	call := callOf(r)
	call.Form = form
	return call, nil
}

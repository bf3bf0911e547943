package browser

import (
	"errors"
	"net/http"
	"net/url"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// respond sends the parameters back to the application, with the unchanged state and the issuer, so
// that the response cannot be passed off as another provider's (RFC 9207).
func (b *Browser) respond(w http.ResponseWriter, r *http.Request, request *oauth.AuthorizeRequest, params url.Values) error {
	if request.HasState {
		params.Set("state", request.State)
	}
	params.Set("iss", b.Issuer)
	if request.Mode == oauth.FormPost {
		return b.Pages.For(r, request.UILocales...).FormPost(w, pages.FormPost{Action: request.RedirectURI, Params: params})
	}
	address := responseURL(request, params)
	if len(address) > maxLocation && params.Has("error_uri") { // then it is only in the log
		params.Del("error_uri")
		address = responseURL(request, params)
	}
	wire.SeeOther(w, address, nil)
	return nil
}

func responseURL(r *oauth.AuthorizeRequest, params url.Values) string {
	if r.Mode == oauth.Fragment {
		return r.RedirectURI + "#" + params.Encode()
	}
	return oauth.WithQuery(r.RedirectURI, params)
}

// maxLocation bounds a redirect URL, in bytes. The response header must fit into the 4 KiB that
// proxies buffer by default; the state of the application takes up to 3 of them.
const maxLocation = 3584

// redirected is an error that the application receives, through the browser.
type redirected struct {
	error

	browser *Browser
	request *oauth.AuthorizeRequest
}

// inFlow is an error that the user sees in the language of the flow.
type inFlow struct {
	error

	locales []language.Tag
}

// Unwrap returns the original error.
func (e *inFlow) Unwrap() error { return e.error }

// UILocales are the languages of the flow.
func (e *inFlow) UILocales() []language.Tag { return e.locales }

// errorForApplication makes an error one for the application, if that is allowed: server errors and
// refusals alike, once the redirect URI is known to be registered for the client.
func (b *Browser) errorForApplication(f oauth.Flow, err error) error {
	var already *redirected
	if f.Request == nil || errors.As(err, &already) {
		return err
	}
	return &redirected{err, b, f.Request}
}

// Unwrap returns the original error.
func (e *redirected) Unwrap() error { return e.error }

// RespondError sends the error back (RFC 6749 section 4.1.2.1).
func (e *redirected) RespondError(w http.ResponseWriter, r *http.Request, code refusal.Code, description, uri string) error {
	return e.browser.respond(w, r, e.request, url.Values{
		"error": {string(code)}, "error_description": {description}, "error_uri": {uri},
	})
}

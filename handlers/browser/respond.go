package browser

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// respond sends the parameters back to the application, with the unchanged state and the issuer, so
// that the response cannot be passed off as another provider's (RFC 9207).
func (b *Browser) respond(w http.ResponseWriter, r *http.Request, request *oauth.AuthorizeRequest, params url.Values) error {
	b.complete(request, params)
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

// complete adds the parameters that every response has.
func (b *Browser) complete(request *oauth.AuthorizeRequest, params url.Values) {
	if request.HasState {
		params.Set("state", request.State)
	}
	params.Set("iss", b.Issuer)
}

func responseURL(r *oauth.AuthorizeRequest, params url.Values) string {
	if r.Mode == oauth.Fragment {
		return r.RedirectURI + "#" + params.Encode()
	}
	return client.WithQuery(r.RedirectURI, params)
}

// maxLocation bounds a redirect URL, in bytes. The response header must fit into the 4 KiB that
// proxies buffer by default; the state of the application takes up to 3 of them.
const maxLocation = 3584

// redirected is an error that the application receives, through the browser.
type redirected struct {
	error

	browser *Browser
	request *oauth.AuthorizeRequest
	// unasked: no person did anything on a page of this server. Whoever wrote the link decides where it leads.
	unasked bool
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
	return &redirected{error: err, browser: b, request: f.Request}
}

// Unwrap returns the original error.
func (e *redirected) Unwrap() error { return e.error }

// RespondError sends the error back (RFC 6749 section 4.1.2.1), or has the person decide whether to go there.
func (e *redirected) RespondError(w http.ResponseWriter, r *http.Request, code refusal.Code, description, uri string) error {
	params := url.Values{"error": {string(code)}, "error_description": {description}, "error_uri": {uri}}
	if e.unasked && navigates(r) && e.request.Client.Trust == client.Unverified {
		return e.browser.offer(w, r, e, params)
	}
	return e.browser.respond(w, r, e.request, params)
}

// offer shows where an error would be sent back to. Anybody can register an address of his own: with it, a link to this
// server would lead there without anybody seeing that it does (RFC 9700 section 4.11.2).
func (b *Browser) offer(w http.ResponseWriter, r *http.Request, e *redirected, params url.Values) error {
	page := pages.Return{Client: e.request.Client.Name, Destination: client.Destination(e.request.RedirectURI), Refused: b.refused(r, e.error, params.Get("error_uri"))}
	if b.complete(e.request, params); e.request.Mode == oauth.FormPost {
		page.Form = &pages.FormPost{Action: e.request.RedirectURI, Params: params}
	} else {
		page.Next = responseURL(e.request, params)
	}
	return b.Pages.For(r, e.request.UILocales...).Return(w, refusal.Of(e.error).HTTPStatus(), page)
}

// refused is what a page that is no error page says of one.
func (b *Browser) refused(r *http.Request, err error, uri string) pages.Error {
	wrong := refusal.Of(err)
	return pages.Error{
		About: strings.TrimPrefix(uri, b.Issuer), RequestID: canonical.From(r.Context()).RequestID,
		Field: string(wrong.Field), Expected: wrong.Expected, Received: wrong.Received,
	}
}

// navigates tells whether a person sees the response: a frame, by which an application asks in the background, says what
// it is. Browsers that say nothing, old ones, are taken at the worst.
func navigates(r *http.Request) bool {
	kind := r.Header.Get("Sec-Fetch-Dest")
	return kind == "" || kind == "document"
}

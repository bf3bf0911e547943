package browser

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// ServeLanguage receives the choice of a language, which every page offers. The browser remembers
// it, and the flow keeps it: there it goes before the languages that the application asked for.
func (b *Browser) ServeLanguage(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	chosen := form.Get("language")
	if !b.Pages.Has(chosen) {
		return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "There are no pages in this language.")
	}
	b.Web.RememberLanguage(w, chosen)
	sealed := form.Get("flow")
	if sealed == "" {
		wire.SeeOther(w, inLanguage(b.withLanguage(w, r, ownPath(form.Get("again")), chosen), chosen), nil)
		return nil
	}
	p, err := b.open(r, sealed)
	if err != nil {
		return err
	}
	p.Language = chosen
	if sealed, err = b.seal(w, r, p, oauth.Flow{}); err != nil {
		return err
	}
	if again := ownPath(form.Get("again")); again.Path == factorPath || again.Path == setUpPath {
		return b.stepAgain(w, r, again, sealed)
	}
	if len(sealed) > maxRedirectedFlow {
		return b.advance(w, r, p)
	}
	wire.SeeOther(w, b.AuthorizePath+"?flow="+url.QueryEscape(sealed), nil)
	return nil
}

// stepAgain leads back to a page for second factors, with the request in progress: authorize would ask a person for the
// password again who has no session yet. With a request that is too long for a redirect it shows the page.
func (b *Browser) stepAgain(w http.ResponseWriter, r *http.Request, again *url.URL, sealed string) error {
	to, query := way{flow: sealed}, again.Query()
	switch {
	case len(sealed) <= maxRedirectedFlow:
		query.Set("flow", sealed)
		wire.SeeOther(w, again.Path+"?"+query.Encode(), nil)
		return nil
	case again.Path == setUpPath:
		return b.setUpPage(w, r, to)
	default:
		return b.factorPage(w, r, to, pages.FactorUse(query.Get("use")))
	}
}

// ownPath is a path of this server with its query, or the root for everything else: a form must not
// send the browser to another site. Browsers take //host for a host, and a backslash for a slash.
func ownPath(text string) *url.URL {
	root := &url.URL{Path: "/"}
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.Contains(text, `\`) || len(text) > maxLocation {
		return root
	}
	u, err := url.Parse(text) // it refuses control characters, which browsers skip
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return root
	}
	return &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
}

// inLanguage is the URL with the languages in its query, if there are any, replaced by the chosen one:
// they would go before it.
func inLanguage(u *url.URL, chosen string) string {
	if query := u.Query(); query.Has("ui_locales") {
		query.Set("ui_locales", chosen)
		u.RawQuery = query.Encode()
	}
	return u.String()
}

// withLanguage is the URL with the chosen language in the sealed request in progress, if there is one in its query:
// a language that was chosen on an earlier page would go before this one.
func (b *Browser) withLanguage(w http.ResponseWriter, r *http.Request, u *url.URL, chosen string) *url.URL {
	query := u.Query()
	p, err := b.open(r, query.Get("flow"))
	if err != nil {
		return u // the page says what is wrong with it
	}
	p.Language = chosen
	if sealed, err := b.seal(w, r, p, oauth.Flow{}); err == nil {
		query.Set("flow", sealed)
		u.RawQuery = query.Encode()
	}
	return u
}

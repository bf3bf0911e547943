package browser

import (
	"net/http"
	"net/url"
)

// readOwnForm reads a form of one of this package's pages, which have a flow or a token.
func (b *Browser) readOwnForm(r *http.Request) (url.Values, error) {
	return b.Web.ReadForm(r, func(form url.Values) bool {
		_, err := b.open(r, form.Get("flow"))
		return err == nil
	})
}

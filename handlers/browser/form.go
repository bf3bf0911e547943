package browser

import (
	"net/http"
	"net/url"
)

// readOwnForm reads a form of one of this package's pages: each has a sealed flow, as the request in
// progress or as the proof of a page without one.
func (b *Browser) readOwnForm(r *http.Request) (url.Values, error) {
	return b.Web.ReadForm(r, func(form url.Values) bool {
		for _, name := range []string{"flow", "page"} {
			if _, err := b.open(r, form.Get(name)); err == nil {
				return true
			}
		}
		return false
	})
}

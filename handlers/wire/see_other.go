package wire

import (
	"net/http"
	"net/url"
)

// SeeOther leads on to another page: a path or a URL, with the values of query that are not empty. It is 303 and never
// 307, with which the browser would post a password on to the application (RFC 9700 section 4.12).
func SeeOther(w http.ResponseWriter, address string, query url.Values) {
	h := w.Header()
	h.Set("Location", Path(address, query))
	h.Del("Content-Security-Policy") // there is no content, and the URL needs the space
	w.WriteHeader(http.StatusSeeOther)
}

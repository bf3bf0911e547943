package handlers

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// landing serves the page at the root.
func landing(set *pages.Set, issuer, prefix string) HandlerFunc {
	page := pages.Landing{Issuer: issuer, Discovery: discoveryPath, Metadata: metadataPath, Keys: prefix + "/jwks"}
	return func(w http.ResponseWriter, _ *http.Request) error { return set.Landing(w, page) }
}

// head answers HEAD where a GET has consequences, such as a code or the end of a session: link
// checkers, previews and prefetchers send it, and nobody reads its answer.
func head(w http.ResponseWriter, _ *http.Request) error {
	w.WriteHeader(http.StatusOK)
	return nil
}

// asset serves the stylesheet and the images.
func asset(set *pages.Set) HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if set.Asset(w, r.URL.Path) {
			return nil
		}
		return notFound(w, r)
	}
}

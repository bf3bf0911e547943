package handlers

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// asset serves the stylesheet and the images.
func asset(set *pages.Set) route.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if set.Asset(w, r.URL.Path) {
			return nil
		}
		return notFound(w, r)
	}
}

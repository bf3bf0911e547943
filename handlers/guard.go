package handlers

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// guard runs the guard of a protection before the endpoint.
func guard(guards route.Guards, p route.Protection, next route.HandlerFunc) route.HandlerFunc {
	admit, _ := guards.Of(p)
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := admit(r, p.Scope())
		if err != nil {
			return err
		}
		return next(w, r)
	}
}

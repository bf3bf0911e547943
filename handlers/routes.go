package handlers

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// errorsPath is the path of error_uris.
const errorsPath = "/errors/"

// ownRoutes are the routes of this package.
func (c Config) ownRoutes() []route.Route {
	get := []string{http.MethodGet}
	return []route.Route{
		{Name: "explanation", Methods: get, Path: errorsPath + "{error_id}", Protection: route.Page, Handler: explanation(c.Records, c.Refusals, c.Pages), Policies: []string{ratelimit.PagePrefix}},
		{Name: "asset", Methods: get, Path: pages.AssetRoute, Protection: route.Page, Handler: asset(c.Pages), Policies: []string{ratelimit.AssetPrefix}},
	}
}

package handlers

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// resource is what is served at one path: an endpoint for each method.
type resource struct {
	template string
	form     route.Format
	// reflectHeaders: scripts may send any headers.
	reflectHeaders bool
	methods        map[string]route.HandlerFunc
	allow          string
	otherwise      route.HandlerFunc // for every other method
	render         *renderer
}

func newResource(line route.Route, render *renderer) *resource {
	return &resource{template: line.Path, form: line.ErrorFormat(), reflectHeaders: line.CORS == route.AnyOrigin, methods: map[string]route.HandlerFunc{}, render: render}
}

func (res *resource) add(methods []string, endpoint route.HandlerFunc) {
	for _, method := range methods {
		res.methods[method] = endpoint
		if _, ok := res.methods[http.MethodHead]; method == http.MethodGet && !ok {
			res.methods[http.MethodHead] = endpoint // net/http omits the body (RFC 9110 section 9.3.2)
		}
	}
	names := make([]string, 0, len(res.methods))
	for method := range res.methods {
		names = append(names, method)
	}
	slices.Sort(names)
	res.allow = strings.Join(names, ", ")
}

func (res *resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	canonical.From(r.Context()).Route = res.template
	endpoint, ok := res.methods[r.Method]
	if !ok {
		endpoint = res.otherwise
	}
	err := endpoint(w, r)
	if err == nil {
		return
	}
	if later := (*route.Later)(nil); errors.As(err, &later) {
		if x, ok := w.(*exchange); ok {
			res.postpone(x, r, later)
			return
		}
	}
	res.render.refuse(w, r, res.form, err)
}

// methodNotAllowed: RFC 6749 has no error code for it, so protocol endpoints use another than pages.
func (res *resource) methodNotAllowed(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Allow", res.allow)
	code := refusal.InvalidRequest
	if res.form == route.HTML {
		code = refusal.MethodNotAllowed
	}
	return refusal.New(code, refusal.CheckMethod, "The HTTP method is not allowed for this URL.").
		WithStatus(http.StatusMethodNotAllowed).
		Compare(refusal.FieldMethod, res.allow, r.Method)
}

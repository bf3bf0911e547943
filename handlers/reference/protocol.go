package reference

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// description is what the table does not say about a route.
type description struct {
	tag, summary, text string
	// id is that of its operation; a second method has it with the method before it.
	id string
	// parameters are those of the query, or of the form where the method has a body.
	parameters []parameter
	required   []string
	path       []parameter
	// responses are the successes; errors follow from the route.
	responses map[int]response
	// errors are statuses besides those of every route of its kind.
	errors   []int
	security []map[string][]string
	// formOptional: the body may be empty; anyBody: it may also be of another type.
	formOptional, anyBody bool
	// json is the body of a route that takes JSON instead of a form.
	json *huma.Schema
}

type parameter struct {
	name, text string
	schema     *huma.Schema
	example    string
}

type response struct {
	text, kind string
	schema     *huma.Schema
	headers    map[string]string
	example    any
	// others are the other types in which it comes, for those who ask for them or are registered for them.
	others map[string]*huma.Schema
}

// protocol makes the document of the routes that are not of the management API, whose paths are given.
func protocol(issuer, version string, table []route.Route, management map[string]bool) (*huma.OpenAPI, error) {
	document := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Gatehouse protocol endpoints", Version: version,
			Description: "OpenID Connect and OAuth 2.0. Client libraries find these endpoints through the discovery document.",
			License:     license(),
		},
		Servers: []*huma.Server{{URL: issuer}}, Tags: tags(), Components: shared(), Paths: map[string]*huma.PathItem{},
	}
	known := descriptions()
	for _, line := range table {
		_, page := pagesForPeople()[line.Name]
		page = page || strings.HasPrefix(line.Name, "console ") // programs use the management API
		d, described := known[line.Name]
		switch {
		case line.Protection.Kind() == route.Admin("x").Kind(), management[line.Path], page:
			continue
		case !described:
			return nil, fmt.Errorf("reference: the route %q is not described", line.Name)
		}
		delete(known, line.Name)
		for i, method := range line.Methods {
			document.AddOperation(d.operation(line, method, i))
		}
	}
	for _, optional := range append(registrationNames(), "legacy check", "passkey origins") {
		delete(known, optional)
	}
	if len(known) > 0 {
		return nil, errors.New("reference: there are no routes " + strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	return document, nil
}

func (d description) operation(line route.Route, method string, nth int) *huma.Operation {
	op := &huma.Operation{
		Method: method, Path: plainPath(line.Path), OperationID: d.id, Tags: []string{d.tag}, Summary: d.summary, Description: d.text,
		Security: d.security, Responses: map[string]*huma.Response{},
	}
	if nth > 0 {
		op.OperationID = strings.ToLower(method) + "-" + d.id
	}
	if also := slices.Concat(line.Aliases, line.FormAliases); len(also) > 0 {
		op.Description += " Also at `" + strings.Join(also, "`, `") + "`."
	}
	for _, p := range d.path {
		op.Parameters = append(op.Parameters, p.in("path", true))
	}
	body := method == http.MethodPost || d.json != nil
	switch {
	case d.json != nil:
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{wire.JSONType: {Schema: d.json}}}
	case body:
		op.RequestBody = d.form()
	default:
		for _, p := range d.parameters {
			op.Parameters = append(op.Parameters, p.in("query", slices.Contains(d.required, p.name)))
		}
	}
	for status, r := range d.responses {
		op.Responses[strconv.Itoa(status)] = r.described()
	}
	html := line.ErrorFormat() == route.HTML
	statuses := append([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}, d.errors...)
	if body {
		statuses = append(statuses, http.StatusRequestEntityTooLarge)
		if !d.anyBody {
			statuses = append(statuses, http.StatusUnsupportedMediaType)
		}
	}
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + failureName(status, html)}
	}
	return op
}

// variable is one of a path; a pattern after the name is of the router alone.
var variable = regexp.MustCompile(`\{([^}:]+)(:[^}]*)?\}`)

func plainPath(path string) string { return variable.ReplaceAllString(path, "{$1}") }

func (p parameter) typed() *huma.Schema {
	s := huma.Schema{Type: huma.TypeString}
	if p.schema != nil {
		s = *p.schema
	}
	return &s
}

func (p parameter) in(where string, required bool) *huma.Param {
	q := &huma.Param{Name: p.name, In: where, Description: p.text, Required: required, Schema: p.typed()}
	if p.example != "" {
		q.Example = p.example
	}
	return q
}

func (d description) form() *huma.RequestBody {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, Required: d.required, AdditionalProperties: true}
	for _, p := range d.parameters {
		t := p.typed()
		t.Description = p.text
		if p.example != "" {
			t.Examples = []any{p.example}
		}
		s.Properties[p.name] = t
	}
	return &huma.RequestBody{Required: !d.formOptional && len(d.required) > 0, Content: map[string]*huma.MediaType{wire.FormType: {Schema: s}}}
}

func (r response) described() *huma.Response {
	out := &huma.Response{Description: r.text, Headers: map[string]*huma.Param{"X-Request-Id": {Ref: headerRef + "X-Request-Id"}}}
	for name, text := range r.headers {
		out.Headers[name] = &huma.Param{Description: text, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	if r.kind != "" {
		out.Content = map[string]*huma.MediaType{r.kind: {Schema: r.schema, Example: r.example}}
	}
	for kind, schema := range r.others {
		out.Content[kind] = &huma.MediaType{Schema: schema}
	}
	return out
}

package reference

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// view makes the page's form of a document. Prefix keeps the ids of two documents apart.
type view struct {
	*huma.OpenAPI

	prefix string
}

func (v view) document(path string) pages.ReferenceDocument {
	d := pages.ReferenceDocument{ID: v.prefix, Title: v.Info.Title, Text: pages.Spans(v.Info.Description), Path: path, Server: v.Servers[0].URL}
	for _, tag := range v.Tags {
		g := pages.ReferenceGroup{ID: v.prefix + "-" + tag.Name, Name: tag.Name, Text: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(v.Paths)) {
			for _, op := range operations(v.Paths[path]) {
				if slices.Contains(op.Tags, tag.Name) {
					g.Operations = append(g.Operations, v.operation(path, op))
				}
			}
		}
		d.Groups = append(d.Groups, g)
	}
	return d
}

func operations(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

func (v view) operation(path string, op *huma.Operation) pages.ReferenceOperation {
	o := pages.ReferenceOperation{ID: op.OperationID, Method: op.Method, Path: parts(path, "/"), Summary: op.Summary, Text: pages.Spans(op.Description)}
	for _, p := range op.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = v.Components.Parameters[name]
		}
		o.Parameters = append(o.Parameters, pages.ReferenceField{Name: parts(p.Name, "_"), In: p.In, Type: v.kind(p.Schema), Bounds: v.bounds(p.Schema), Required: p.Required, Text: p.Description})
	}
	if op.RequestBody != nil {
		o.BodyTypes = slices.Sorted(maps.Keys(op.RequestBody.Content))
		media := op.RequestBody.Content[o.BodyTypes[0]]
		o.Body = v.fields(media.Schema, "", 0)
		o.Example = text(media.Example)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		o.Responses = append(o.Responses, v.response(status, op.Responses[status]))
	}
	return o
}

func (v view) response(status string, r *huma.Response) pages.ReferenceResponse {
	if name, ok := strings.CutPrefix(r.Ref, "#/components/responses/"); ok {
		r = v.Components.Responses[name]
	}
	out := pages.ReferenceResponse{Status: status, Text: r.Description, Headers: slices.Sorted(maps.Keys(r.Headers))}
	if code, err := strconv.Atoi(status); err == nil {
		out.Meaning = http.StatusText(code)
		if out.Text == out.Meaning {
			out.Text = ""
		}
		if code >= http.StatusBadRequest { // all alike: the page shows the fields once
			return out
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Content)) {
		out.Fields = v.fields(r.Content[kind].Schema, "", 0)
		out.Example = text(r.Content[kind].Example)
		break
	}
	return out
}

// deepest bounds how far fields of fields are listed.
const deepest = 3

// fields lists the fields of a schema, those of objects in them by a path such as records[].id.
func (v view) fields(s *huma.Schema, prefix string, depth int) []pages.ReferenceField {
	s = v.resolve(s)
	if s == nil || depth > deepest {
		return nil
	}
	if s.Type == huma.TypeArray {
		return v.fields(s.Items, prefix+"[]", depth)
	}
	var list []pages.ReferenceField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p, path := v.resolve(s.Properties[name]), strings.TrimPrefix(prefix+"."+name, ".")
		if p == nil {
			continue
		}
		list = append(list, pages.ReferenceField{Name: parts(path, "._"), Type: v.kind(p), Bounds: v.bounds(p), Required: slices.Contains(s.Required, name), ReadOnly: p.ReadOnly, Text: p.Description})
		list = append(list, v.fields(p, path, depth+1)...)
	}
	return list
}

func (v view) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = v.Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// kind is the type of a value in words.
func (v view) kind(s *huma.Schema) string {
	s = v.resolve(s)
	if s == nil {
		return ""
	}
	kind := s.Type
	switch {
	case s.Type == huma.TypeArray:
		kind = "array of " + v.kind(s.Items)
	case s.Format != "":
		kind += " (" + s.Format + ")"
	case kind == "":
		kind = "any"
	}
	if s.Nullable {
		kind += " or null"
	}
	return kind
}

// text is a value as JSON, indented, or a text itself.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		b, err := json.MarshalIndent(value, "", "  ")
		if err != nil {
			return ""
		}
		return string(b)
	}
}

// parts cuts a long name before certain characters, where a narrow page may break it.
func parts(name, before string) []string {
	var list []string
	for {
		at := strings.IndexAny(name[min(1, len(name)):], before)
		if at < 0 {
			return append(list, name)
		}
		list, name = append(list, name[:at+1]), name[at+1:]
	}
}

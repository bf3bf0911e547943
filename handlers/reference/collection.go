package reference

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// The parts of a Postman collection, format 2.1.
type (
	collection struct {
		Info      collectionInfo `json:"info"`
		Auth      any            `json:"auth,omitempty"`
		Variables []keyValue     `json:"variable"`
		Items     []item         `json:"item"`
	}
	collectionInfo struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	}
	item struct {
		Name        string   `json:"name"`
		Description string   `json:"description,omitempty"`
		Items       []item   `json:"item,omitempty"`
		Request     *request `json:"request,omitempty"`
	}
	request struct {
		Method      string     `json:"method"`
		Description string     `json:"description,omitempty"`
		Auth        any        `json:"auth,omitempty"`
		Header      []keyValue `json:"header"`
		Body        *body      `json:"body,omitempty"`
		URL         address    `json:"url"`
	}
	body struct {
		Mode    string     `json:"mode"`
		Raw     string     `json:"raw,omitempty"`
		Form    []keyValue `json:"urlencoded,omitempty"`
		Options any        `json:"options,omitempty"`
	}
	address struct {
		Raw       string     `json:"raw"`
		Host      []string   `json:"host"`
		Path      []string   `json:"path"`
		Query     []keyValue `json:"query,omitempty"`
		Variables []keyValue `json:"variable,omitempty"`
	}
	keyValue struct {
		Key         string `json:"key"`
		Value       string `json:"value"`
		Description string `json:"description,omitempty"`
		Disabled    bool   `json:"disabled,omitempty"`
	}
)

// BaseURL is the variable of a collection that the reader sets to the address of a server.
const BaseURL = "{{base_url}}"

// Collection is a Postman collection of the requests that documents describe, whose servers stand at
// BaseURL. Its variables have no secrets.
func Collection(documents ...*huma.OpenAPI) ([]byte, error) {
	auth := func(kind string, values ...keyValue) any { return map[string]any{"type": kind, kind: values} }
	basic := auth("basic", keyValue{Key: "username", Value: "{{client_id}}"}, keyValue{Key: "password", Value: "{{client_secret}}"})
	c := collection{
		Info: collectionInfo{
			Name: "Gatehouse", Schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
			Description: "Set the variables base_url, client_id and client_secret; access_token for UserInfo. Made from the OpenAPI documents of the server.",
		},
		Auth: basic,
		Variables: []keyValue{
			{Key: "base_url", Value: "http://localhost:8080", Description: "Address of the server"},
			{Key: "client_id", Description: "A client; for the management API, one with management scopes"},
			{Key: "client_secret", Description: "Its secret"},
			{Key: "access_token", Description: "An access token"},
		},
	}
	for _, document := range documents {
		v := view{document, ""}
		folder := item{Name: document.Info.Title, Description: document.Info.Description}
		for _, tag := range document.Tags {
			group := item{Name: tag.Name, Description: tag.Description, Items: []item{}}
			for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
				for _, op := range operations(document.Paths[path]) {
					if !slices.Contains(op.Tags, tag.Name) {
						continue
					}
					r := v.request(path, op)
					switch {
					case len(op.Security) == 0:
						r.Auth = map[string]string{"type": "noauth"}
					case op.Security[0]["access_token"] != nil:
						r.Auth = auth("bearer", keyValue{Key: "token", Value: "{{access_token}}"})
					}
					group.Items = append(group.Items, item{Name: op.Summary, Request: r})
				}
			}
			folder.Items = append(folder.Items, group)
		}
		c.Items = append(c.Items, folder)
	}
	text, err := json.MarshalIndent(c, "", "  ")
	return append(text, '\n'), err
}

func (v view) request(path string, op *huma.Operation) *request {
	whole := strings.TrimPrefix(v.Servers[0].URL, BaseURL) + path
	r := &request{Method: op.Method, Description: op.Description, Header: []keyValue{}}
	r.URL = address{Host: []string{BaseURL}, Path: strings.Split(strings.TrimPrefix(variable.ReplaceAllString(whole, ":$1"), "/"), "/")}
	r.URL.Raw = BaseURL + "/" + strings.Join(r.URL.Path, "/")
	for _, p := range op.Parameters {
		if name, ok := strings.CutPrefix(p.Ref, "#/components/parameters/"); ok {
			p = v.Components.Parameters[name]
		}
		example := p.Example
		if example == nil && p.Schema != nil && len(p.Schema.Examples) > 0 {
			example = p.Schema.Examples[0]
		}
		pair := keyValue{Key: p.Name, Value: text(example), Description: p.Description, Disabled: !p.Required}
		switch p.In {
		case "path":
			pair.Disabled = false
			r.URL.Variables = append(r.URL.Variables, pair)
		case "query":
			r.URL.Query = append(r.URL.Query, pair)
		case "header":
			r.Header = append(r.Header, pair)
		}
	}
	if op.RequestBody == nil {
		return r
	}
	if media, ok := op.RequestBody.Content[wire.JSONType]; ok {
		r.Header = append(r.Header, keyValue{Key: "Content-Type", Value: wire.JSONType})
		r.Body = &body{Mode: "raw", Raw: text(media.Example), Options: map[string]any{"raw": map[string]string{"language": "json"}}}
	} else {
		r.Body = &body{Mode: "urlencoded", Form: v.formFields(op.RequestBody.Content[wire.FormType].Schema)}
	}
	return r
}

func (view) formFields(s *huma.Schema) []keyValue {
	var fields []keyValue
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p, value := s.Properties[name], ""
		if len(p.Examples) > 0 {
			value = text(p.Examples[0])
		}
		fields = append(fields, keyValue{Key: name, Value: value, Description: p.Description, Disabled: !slices.Contains(s.Required, name)})
	}
	return fields
}

package reference

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
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
		Events      []event  `json:"event,omitempty"`
	}
	event struct {
		Listen string `json:"listen"`
		Script script `json:"script"`
	}
	script struct {
		Type string   `json:"type"`
		Exec []string `json:"exec"`
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
		known := len(c.Variables)
		folder := item{Name: document.Info.Title, Description: document.Info.Description}
		for _, tag := range document.Tags {
			group := item{Name: tag.Name, Description: tag.Description, Items: []item{}}
			for _, op := range v.inOrder(tag.Name) {
				r := v.request(op.Path, op)
				switch {
				case len(op.Security) == 0:
					r.Auth = map[string]string{"type": "noauth"}
				case op.Security[0]["access_token"] != nil:
					r.Auth = auth("bearer", keyValue{Key: "token", Value: "{{access_token}}"})
				}
				group.Items = append(group.Items, item{Name: op.Summary, Request: r, Events: remember(op)})
				for _, pair := range slices.Concat(r.URL.Variables, r.URL.Query) {
					if pair.Value == reader(pair.Key) && !slices.ContainsFunc(c.Variables, func(v keyValue) bool { return v.Key == pair.Key }) {
						c.Variables = append(c.Variables, keyValue{Key: pair.Key, Description: pair.Description})
					}
				}
			}
			folder.Items = append(folder.Items, group)
		}
		slices.SortFunc(c.Variables[known:], func(a, b keyValue) int { return strings.Compare(a.Key, b.Key) })
		c.Items = append(c.Items, folder)
	}
	text, err := json.MarshalIndent(c, "", "  ")
	return append(text, '\n'), err
}

// inOrder are the operations of a group so that they can be sent one after the other: what deletes comes
// last, and what is below something before that.
func (v view) inOrder(tag string) []*huma.Operation {
	var list, deletions []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(v.Paths)) {
		for _, op := range operations(v.Paths[path]) {
			op.Path = path
			switch {
			case !slices.Contains(op.Tags, tag):
			case op.Method == http.MethodDelete:
				deletions = append(deletions, op)
			default:
				list = append(list, op)
			}
		}
	}
	slices.Reverse(deletions)
	return append(list, deletions...)
}

// remember sets the variable for the id of what a request created, for those that come after it.
func remember(op *huma.Operation) []event {
	property := map[string]string{"create-user": "id", "create-webhook": "id", "create-consent": "consent_id", "create-registration-token": "id"}[op.OperationID]
	if property == "" {
		return nil
	}
	variable := strings.ReplaceAll(strings.TrimPrefix(op.OperationID, "create-"), "-", "_") + "_id"
	set := "if (pm.response.code === 201) pm.collectionVariables.set(\"" + variable + "\", pm.response.json()." + property + ");"
	return []event{{Listen: "test", Script: script{Type: "text/javascript", Exec: []string{set}}}}
}

// reader is the variable of a collection that its reader sets.
func reader(name string) string { return "{{" + name + "}}" }

// needed tells whether a parameter that may be left out is needed with what the example of an operation
// names: a rate limit of clients is that of a client.
func needed(op *huma.Operation, p *huma.Param) bool {
	return p.Required || p.Name == "client_id" && strings.HasSuffix(op.Path, "/rate-limits/{policy}")
}

// userID is the id of a user in the example of a body, before it.
func userID() *regexp.Regexp { return regexp.MustCompile(`("user_id": ")[^"]*`) }

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
		pair := keyValue{Key: p.Name, Value: text(example), Description: p.Description, Disabled: !needed(op, p)}
		if strings.HasSuffix(p.Name, "_id") && example == nil || p.In == "path" && example == nil {
			pair.Value = reader(p.Name)
		}
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
		r.Body = &body{Mode: "raw", Raw: userID().ReplaceAllString(text(media.Example), "$1"+reader("user_id")), Options: map[string]any{"raw": map[string]string{"language": "json"}}}
	} else {
		// Without a field no type is sent, and the body is refused for it.
		r.Header = append(r.Header, keyValue{Key: "Content-Type", Value: wire.FormType})
		r.Body = &body{Mode: "urlencoded", Form: v.formFields(op.RequestBody.Content[wire.FormType].Schema)}
	}
	return r
}

func (view) formFields(s *huma.Schema) []keyValue {
	var fields []keyValue
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p, value := s.Properties[name], ""
		switch {
		case name == "token":
			value = reader("access_token")
		case len(p.Examples) > 0:
			value = text(p.Examples[0])
		case name == "client_id" || name == "client_secret":
			value = reader(name)
		}
		fields = append(fields, keyValue{Key: name, Value: value, Description: p.Description, Disabled: !slices.Contains(s.Required, name)})
	}
	return fields
}

package api

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// registration is a client as JSON has it. Its schema comes from the table of fields, as the flags of
// the command line do.
type registration map[string]json.RawMessage

// registered is a client in a response.
type registered map[string]json.RawMessage

// Names of the two schemas: in a response nothing is null, and some properties are always there.
const (
	registrationSchema = "ClientRegistration"
	registeredSchema   = "RegisteredClient" // not Client, as generators call the client of the API
)

// Schema is part of huma.SchemaProvider.
func (registration) Schema(r huma.Registry) *huma.Schema {
	return named(r, registrationSchema, func() *huma.Schema { return clientSchema(true) })
}

// Schema is part of huma.SchemaProvider.
func (registered) Schema(r huma.Registry) *huma.Schema {
	return named(r, registeredSchema, func() *huma.Schema {
		s := clientSchema(false)
		for _, name := range []string{"name", "scope", "confidential"} { // other names, which are only understood
			delete(s.Properties, name)
		}
		s.Required = []string{"client_id", "created_at", "updated_at", "disabled"}
		for _, f := range client.Fields() {
			if !f.Optional {
				s.Required = append(s.Required, f.Name)
			}
		}
		s.PrecomputeMessages()
		return s
	})
}

func named(r huma.Registry, name string, make func() *huma.Schema) *huma.Schema {
	if _, made := r.Map()[name]; !made {
		r.Map()[name] = make()
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func clientSchema(nullable bool) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"client_id":     {Type: huma.TypeString, Description: "Chosen at creation, else made at random. Never the subject or the id of a user, present or deleted"},
		"client_secret": {Type: huma.TypeString, Description: "Given at creation, else made and shown this once"},
		"name":          {Type: huma.TypeString, Nullable: nullable, Description: "Another name of client_name"},
		"scope":         {Type: huma.TypeString, Nullable: nullable, Description: "The scopes as a scope parameter has them"},
		"confidential":  {Type: huma.TypeBoolean, Nullable: nullable, Description: "Whether the client can keep a secret (default true); false removes its secrets, and a public client cannot become confidential"},
		"disabled":      {Type: huma.TypeBoolean, Nullable: nullable, Description: "Whether the client is kept from getting and using tokens"},
		"created_at":    {Type: huma.TypeString, Format: "date-time", ReadOnly: true, Description: "When the client was registered"},
		"updated_at":    {Type: huma.TypeString, Format: "date-time", ReadOnly: true, Description: "When the registration last changed"},
	}}
	for _, f := range client.Fields() {
		p := &huma.Schema{Description: capital(f.Description()), Nullable: nullable}
		switch f.Pointer(new(client.Client)).(type) {
		case *time.Duration:
			p.Type = huma.TypeInteger
		case *int:
			p.Type = huma.TypeInteger
		case *bool:
			p.Type = huma.TypeBoolean
		case *string:
			p.Type = huma.TypeString
		default:
			p.Type, p.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
		}
		switch {
		case f.Values != nil && p.Items != nil:
			documentValues(p.Items, f.Values)
		case f.Values != nil:
			documentValues(p, f.Values)
		}
		s.Properties[f.Name] = p
	}
	for _, p := range s.Properties {
		p.PrecomputeMessages()
		if p.Items != nil {
			p.Items.PrecomputeMessages()
		}
	}
	s.PrecomputeMessages()
	return s
}

// capital is a text that begins with a capital letter.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// documentValues says which values a property may have, without huma checking it: the registration is
// checked as a whole, so that a refusal names every property that is wrong.
func documentValues(p *huma.Schema, values []string) {
	var enum []any
	for _, value := range values {
		enum = append(enum, value)
	}
	if p.Nullable {
		enum = append(enum, nil)
	}
	p.Extensions = map[string]any{"enum": enum}
}

// take removes a text from the registration.
func (r registration) take(name string) (string, error) {
	value, ok := r[name]
	if !ok {
		return "", nil
	}
	delete(r, name)
	var text *string
	if err := json.Unmarshal(value, &text); err != nil || text == nil {
		return "", invalid("/"+name, "must be a text")
	}
	return *text, nil
}

// registrationOf is a client with, where it was just made, its secret.
func registrationOf(c *client.Client, secret string) (registered, error) {
	values := c.Properties()
	values["client_id"], values["created_at"], values["updated_at"] = c.ID, c.CreatedAt, c.UpdatedAt
	if secret != "" {
		values["client_secret"] = secret
	}
	r := registered{}
	for name, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		r[name] = text
	}
	return r, nil
}

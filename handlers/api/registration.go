package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// registration is a client as JSON has it. Its schema comes from the table of fields, as the flags of
// the command line do.
type registration map[string]json.RawMessage

const clientSchemaName = "Client"

// Schema is part of huma.SchemaProvider.
func (registration) Schema(r huma.Registry) *huma.Schema {
	if _, made := r.Map()[clientSchemaName]; !made {
		r.Map()[clientSchemaName] = clientSchema()
	}
	return &huma.Schema{Ref: "#/components/schemas/" + clientSchemaName}
}

func clientSchema() *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"client_id":     {Type: huma.TypeString, Description: "Chosen at creation, else made at random"},
		"client_secret": {Type: huma.TypeString, Description: "Given at creation, else made and shown this once"},
		"name":          {Type: huma.TypeString, Description: "Another name of client_name"},
		"scope":         {Type: huma.TypeString, Description: "The scopes as a scope parameter has them"},
		"confidential":  {Type: huma.TypeBoolean, Description: "Whether the client can keep a secret"},
		"disabled":      {Type: huma.TypeBoolean, Description: "Whether the client is kept from getting and using tokens"},
		"created_at":    {Type: huma.TypeString, Format: "date-time", ReadOnly: true},
		"updated_at":    {Type: huma.TypeString, Format: "date-time", ReadOnly: true},
	}}
	for _, f := range client.Fields() {
		p := &huma.Schema{Description: f.Help, Nullable: true}
		switch f.Pointer(new(client.Client)).(type) {
		case *time.Duration:
			p.Type, p.Description = huma.TypeInteger, f.Help+" (in seconds)"
		case *int:
			p.Type = huma.TypeInteger
		case *bool:
			p.Type = huma.TypeBoolean
		case *string:
			p.Type = huma.TypeString
		default:
			p.Type, p.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
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

// take removes a text from the registration.
func (r registration) take(name string) (string, error) {
	value, ok := r[name]
	if !ok {
		return "", nil
	}
	delete(r, name)
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return "", invalid("/"+name, "must be a text")
	}
	return text, nil
}

// registrationOf is a client with, where it was just made, its secret.
func registrationOf(c *client.Client, secret string) (registration, error) {
	values := c.Properties()
	values["client_id"], values["created_at"], values["updated_at"] = c.ID, c.CreatedAt, c.UpdatedAt
	if secret != "" {
		values["client_secret"] = secret
	}
	r := registration{}
	for name, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		r[name] = text
	}
	return r, nil
}

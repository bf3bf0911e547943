package reference

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// registrationNames are the routes by which clients register themselves, which not every server has.
func registrationNames() []string { return slices.Collect(maps.Keys(registrationEndpoints())) }

// metadataSchema is the registration of a client as RFC 7591 has it: the properties that a client may say of itself.
func metadataSchema(more map[string]*huma.Schema, required ...string) *huma.Schema {
	properties := more
	fields := map[string]client.Field{}
	for _, f := range client.Fields() {
		fields[f.Name] = f
	}
	for _, name := range registration.Own() {
		f, same := fields[name]
		switch {
		case name == "scope":
			properties[name] = &huma.Schema{Type: huma.TypeString, Description: "Scopes, separated by spaces"}
		case name == "application_type":
			properties[name] = &huma.Schema{Type: huma.TypeString, Enum: []any{"web", "native"}}
		case name == "jwks":
			properties[name] = &huma.Schema{Type: huma.TypeObject, Description: "The client's public keys (RFC 7517)"}
		case same:
			properties[name] = propertySchema(f)
		}
	}
	return object(properties, required...)
}

func propertySchema(f client.Field) *huma.Schema {
	s := &huma.Schema{Description: f.Description()}
	switch f.Pointer(new(client.Client)).(type) {
	case *time.Duration, *int:
		s.Type = huma.TypeInteger
	case *bool:
		s.Type = huma.TypeBoolean
	case *string:
		s.Type = huma.TypeString
	default:
		s.Type, s.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
	}
	return s
}

func registrationEndpoints() map[string]description {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeInteger}
	byRegistration := []map[string][]string{{"registration": {}}}
	answer := metadataSchema(map[string]*huma.Schema{
		"client_id": text, "client_secret": text, "client_id_issued_at": number, "client_secret_expires_at": number,
		"registration_access_token": text, "registration_client_uri": text,
	}, "client_id", "client_id_issued_at", "registration_access_token", "registration_client_uri")
	of := func(id, summary, text string) description {
		return description{
			tag: "registration", id: id, summary: summary, text: text, security: byRegistration,
			path:   []parameter{{name: "client_id", text: "Id of the client"}},
			errors: []int{http.StatusUnauthorized, http.StatusForbidden},
		}
	}
	register := description{
		tag: "registration", id: "register-client", summary: "Register a client by itself", text: "RFC 7591. Only with the setting GATEHOUSE_CLIENT_REGISTRATION. Properties that the server does not know are ignored; the response is what is registered.",
		json: metadataSchema(map[string]*huma.Schema{"software_statement": text}), security: append(slices.Clone(byRegistration), map[string][]string{}),
		errors:    []int{http.StatusBadRequest, http.StatusUnauthorized},
		responses: map[int]response{http.StatusCreated: {text: "The registration", kind: wire.JSONType, schema: answer}},
	}
	read := of("get-own-registration", "Read the own registration", "RFC 7592 section 2.1.")
	read.responses = map[int]response{http.StatusOK: {text: "The registration", kind: wire.JSONType, schema: answer}}
	change := of("replace-own-registration", "Replace the own registration", "RFC 7592 section 2.2. The response has another token, which replaces that of the request.")
	change.json = metadataSchema(map[string]*huma.Schema{"client_id": text, "client_secret": text, "software_statement": text}, "client_id")
	change.errors = append(change.errors, http.StatusBadRequest)
	change.responses = read.responses
	remove := of("delete-own-registration", "Remove the own registration", "RFC 7592 section 2.3. Everything that was issued to the client ends.")
	remove.responses = map[int]response{http.StatusNoContent: {text: "The client is gone"}}
	return map[string]description{"client registration": register, "own registration": read, "own registration change": change, "own registration removal": remove}
}

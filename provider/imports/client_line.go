package imports

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// ParseClient makes a client of the properties of a line: those of client.Fields, which are the names
// of RFC 7591 section 2 where it has the property, with client_secret or client_secret_hash. It also
// takes what other servers show of a registration.
func ParseClient(properties map[string]json.RawMessage) (string, any, *Fault) {
	c := &client.Imported{}
	var created *time.Time
	var issued int64
	own := map[string]any{
		"client_id": &c.ID, "client_secret": &c.Secret, "client_secret_hash": &c.SecretHash, "created_at": &created, "client_id_issued_at": &issued,
		// What is known of the registration in another system and means nothing here.
		"updated_at": new(json.RawMessage), "secrets": new(json.RawMessage), "client_secret_expires_at": new(json.RawMessage),
		"registration_access_token": new(json.RawMessage), "registration_client_uri": new(json.RawMessage),
	}
	about, rest := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for name, value := range properties {
		if _, ok := own[name]; ok {
			about[name] = value
		} else {
			rest[name] = value
		}
	}
	if fault := decode(about, own); fault != nil {
		return c.ID, nil, fault
	}
	if fault := rename(rest); fault != nil {
		return c.ID, nil, fault
	}
	if err := c.Merge(rest); err != nil {
		return c.ID, nil, clientFault(err)
	}
	switch {
	case created != nil && issued > 0 && created.Unix() != issued:
		return c.ID, nil, &Fault{"/client_id_issued_at", "says something else than created_at, which is the same property"}
	case created != nil:
		c.CreatedAt = created.UTC().Truncate(time.Microsecond)
	case issued > 0:
		c.CreatedAt = time.Unix(issued, 0).UTC()
	}
	imply(&c.Client, rest)
	return c.ID[:min(len(c.ID), 200)], c, nil
}

// imply completes a registration as at its creation by hand.
func imply(c *client.Client, given map[string]json.RawMessage) {
	c.Imply(func(name string) bool {
		_, ok := given[name]
		if name == "scopes" && !ok {
			_, ok = given["scope"]
		}
		return ok
	}, slices.Clone(consent.StandardScopes()), slices.Clone(consent.SignInScopes()))
}

// rename turns properties of RFC 7591 that have another form here into those of client.Fields.
func rename(properties map[string]json.RawMessage) *Fault {
	if fault := differing(properties, "application_type", "client_type"); fault != nil {
		return fault
	}
	if kind, ok := properties["application_type"]; ok {
		delete(properties, "application_type")
		properties["client_type"] = kind
	}
	if set, ok := properties["jwks"]; ok && bytes.HasPrefix(set, []byte("{")) {
		text, err := json.Marshal(string(set))
		if err != nil {
			return &Fault{"/jwks", "must be a JSON Web Key Set"}
		}
		properties["jwks"] = text
	}
	var protocol string
	if text, ok := properties["protocol"]; ok { // of a client that was refused for it
		delete(properties, "protocol")
		if json.Unmarshal(text, &protocol) != nil || protocol != "openid-connect" {
			return &Fault{"/protocol", "must be openid-connect: this server has no other"}
		}
	}
	var types []string
	if list, ok := properties["response_types"]; ok {
		if json.Unmarshal(list, &types) != nil {
			return &Fault{"/response_types", "must be a list of texts"}
		}
		types = slices.DeleteFunc(types, func(t string) bool { return t == "none" }) // nothing is returned
		if slices.ContainsFunc(types, func(t string) bool { return client.ResponseType(t) == "" }) {
			return &Fault{"/response_types", "must be among " + strings.Join(client.ResponseTypes(), ", ")}
		}
		if len(types) == 0 {
			delete(properties, "response_types")
			return nil
		}
		text, err := json.Marshal(types)
		if err != nil {
			return &Fault{"/response_types", "must be a list of texts"}
		}
		properties["response_types"] = text
	}
	return nil
}

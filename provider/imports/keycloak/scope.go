package keycloak

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// clientScope is a ClientScopeRepresentation.
type clientScope struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Protocol    string            `json:"protocol"`
	Attributes  map[string]string `json:"attributes"`
}

// internal are client scopes that control what is in Keycloak's tokens, and that no one requests.
func internal(scope string) bool {
	return slices.Contains([]string{"web-origins", "acr", "basic", "service_account", "microprofile-jwt", "organization"}, scope)
}

// standard are those that exist here, with descriptions of their own.
func standard(scope string) bool {
	return slices.Contains([]string{"profile", "email", "address", "phone", "offline_access", "roles"}, scope)
}

func (r *Reader) scope(text json.RawMessage) (*imports.Item, error) {
	item := &imports.Item{Kind: imports.KindScope, Line: r.line}
	var s clientScope
	if item.Fault = decode(text, &s); item.Fault != nil {
		item.Raw = text
		return item, nil
	}
	if s.Protocol != "openid-connect" || internal(s.Name) || standard(s.Name) || audit.Reserved(s.Name) {
		return nil, nil //nolint:nilnil // passed over
	}
	description := s.Attributes["consent.screen.text"]
	if description == "" || strings.HasPrefix(description, "${") {
		description = s.Description
	}
	item.Name, item.Value = s.Name, imports.Scope{Name: s.Name, Description: description}
	if source, err := json.Marshal(map[string]string{"name": s.Name, "description": description}); err == nil {
		item.Source = source
	}
	return item, nil
}

// scopes are the default and optional ones. Keycloak releases the default ones with any others; here
// they are for requests without a scope.
func (c *client) scopes(line map[string]any) {
	requestable := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), internal)
	}
	defaults := requestable(c.DefaultClientScopes)
	var all []string
	if c.StandardFlowEnabled {
		all = append(all, "openid")
	}
	for _, name := range append(slices.Clone(defaults), requestable(c.OptionalClientScopes)...) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	line["scopes"], line["default_scopes"] = append([]string{}, all...), append([]string{}, defaults...)
}

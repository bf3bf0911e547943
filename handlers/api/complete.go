package api

import (
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// about says what each noun of the API is about.
func about() map[string]string {
	return map[string]string{
		"accounts": "What people do for their own accounts: register, confirm, recover, change.",
		"clients":  "Applications and services that are registered with this server.",
		"scopes":   "What clients may ask for.",
		"consents": "What users agreed to.",
		"tokens":   "What was issued to clients.",
		"sessions": "Browsers in which users are signed in.",
		"users":    "People who sign in.",
		"keys":     "Keys that sign tokens.",
		"audit":    "What administrators did, who signed in and out, and what was refused, in sums.",
		"errors":   "What the server knows about a refusal.",
		"limits":   "Rate limits in force.",
		"webhooks": "Where events are sent.",
	}
}

// complete adds to the document what follows from all operations together.
func (a *API) complete() {
	document := a.huma.OpenAPI()
	document.Info.Description = "Administers the server. Callers are clients with management scopes, by HTTP Basic or with an access token, and users with the role admin through a client of type backend. What people do for their own accounts needs no such caller. Bodies are JSON."
	document.Info.License = &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"}
	used := map[string]bool{}
	for _, item := range document.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete} {
			if op != nil {
				for _, tag := range op.Tags {
					used[tag] = true
				}
			}
		}
	}
	for tag := range used {
		document.Tags = append(document.Tags, &huma.Tag{Name: tag, Description: about()[tag]})
	}
	slices.SortFunc(document.Tags, func(a, b *huma.Tag) int { return strings.Compare(a.Name, b.Name) })
	schemas := document.Components.Schemas.Map()
	for _, name := range []string{"ErrorModel", "ErrorDetail"} { // of huma, which no response has
		delete(schemas, name)
	}
	for name, s := range schemas {
		if name != registrationSchema && !strings.HasSuffix(name, "Patch") { // which say themselves what may be null
			denyNull(s)
		}
	}
}

// denyNull takes back that a list may be null, which huma says of every Go slice: responses have empty
// lists.
func denyNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	denyNull(s.Items)
	for _, p := range s.Properties {
		denyNull(p)
	}
}

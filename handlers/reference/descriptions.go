package reference

import (
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// pagesForPeople are the routes that only a browser visits, in the course of another one or to read,
// and why no program calls them.
func pagesForPeople() map[string]string {
	return map[string]string{ //nolint:gosec // texts about pages
		"landing":                  "the start page",
		"asset":                    "stylesheets, scripts and images of pages",
		"logo":                     "the image of an application on a page",
		"login page":               "a step of authorize",
		"login":                    "its form has a sealed state that only the page has",
		"consent":                  "its form has a sealed state that only the page has",
		"check session":            "the frame of OpenID Connect Session Management, which pages of applications speak to",
		"language":                 "the form for choosing the language, on every page",
		"register page":            "a page; programs use the operation register",
		"register":                 "the form of the page, which has a token of the browser",
		"verify page":              "a page; programs use the operation confirm-registration",
		"verify":                   "the form of the page, which has a token of the browser",
		"recover page":             "a page; programs use the operation forgot-password",
		"recover":                  "the form of the page, which has a token of the browser",
		"reset":                    "the form of the page, which has a token of the browser",
		"undo page":                "a page that a message leads to",
		"done page":                "the page after a form",
		"undo":                     "the form of the page, which has a token of the browser",
		"first administrator page": "a page that the log of a new installation leads to",
		"first administrator":      "the form of the page, which has a token of the browser",
		"accept invitation":        "the form of the page, which has a token of the browser",
		"own account page":         "a page of a person who is signed in",
		"own profile page":         "a page of a person who is signed in; programs use the operation change-own-profile",
		"own profile":              "the form of the page, which has a token of the browser",
		"own picture":              "the form of the page, which has a token of the browser",
		"own picture removal":      "the form of the page, which has a token of the browser",
		"own security page":        "a page of a person who is signed in",
		"own password page":        "a page of a person who is signed in",
		"own password":             "the form of the page, which has a token of the browser",
		"own email page":           "a page of a person who is signed in",
		"own email":                "the form of the page, which has a token of the browser",
		"own phone page":           "a page of a person who is signed in",
		"own phone":                "the form of the page, which has a token of the browser",
		"own factors page":         "a page of a person who is signed in",
		"own factors":              "the form of the page, which has a token of the browser",
		"own sessions page":        "a page of a person who is signed in; programs use the operation list-sessions",
		"own sessions":             "the form of the page, which has a token of the browser",
		"own apps page":            "a page of a person who is signed in; programs use the operation list-user-applications",
		"own apps":                 "the form of the page, which has a token of the browser",
		"own receipt":              "a file that a person keeps",
		"own activity page":        "a page of a person who is signed in; programs use the operation list-audit-logs",
		"own data page":            "a page of a person who is signed in",
		"own data":                 "the form of the page, which has a token of the browser",
		"own deletion page":        "a page of a person who is signed in",
		"own deletion":             "the form of the page, which has a token of the browser",
		"picture":                  "the image that the claim picture has the URL of",
		"change password":          "leads browsers to the page where a password is changed",
		"authorize head":           "for link checkers, which get an empty response",
		"logout head":              "for link checkers, which get an empty response",
		"reference":                "the page on which these documents are read",
		"passkey sign-in":          "its form has a sealed state that only the page has",
		"factor page":              "a step of the sign-in",
		"factor":                   "the form of the page, which has a token of the browser",
		"factor mail":              "the form of the page, which has a token of the browser",
		"set-up mail":              "the form of the page, which has a token of the browser",
		"set-up page":              "a step of the sign-in",
		"recovery codes page":      "a step of the sign-in, which shows codes once",
		"set-up":                   "the form of the page, which has a token of the browser",
	}
}

// descriptions are those of the protocol endpoints, by the name of the route.
func descriptions() map[string]description {
	all := documents()
	maps.Copy(all, tokenEndpoints())
	maps.Copy(all, browserEndpoints())
	maps.Copy(all, registrationEndpoints())
	return all
}

func documents() map[string]description {
	document := func(id, summary, text string, content *huma.Schema) description {
		headers := map[string]string{"ETag": "Version of the document, for If-None-Match", "Cache-Control": "How long the document may be kept"}
		return description{
			tag: "discovery", id: id, summary: summary, text: text, security: []map[string][]string{},
			responses: map[int]response{
				http.StatusOK:          {text: "The document", kind: wire.JSONType, schema: content, headers: headers},
				http.StatusNotModified: {text: "The caller has this version (If-None-Match)", headers: headers},
			},
		}
	}
	metadata := object(map[string]*huma.Schema{
		"issuer":                 {Type: huma.TypeString, Format: "uri"},
		"authorization_endpoint": {Type: huma.TypeString, Format: "uri"},
		"token_endpoint":         {Type: huma.TypeString, Format: "uri"},
		"jwks_uri":               {Type: huma.TypeString, Format: "uri"},
	}, "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
	keys := object(map[string]*huma.Schema{"keys": {Type: huma.TypeArray, Items: object(map[string]*huma.Schema{
		"kid": {Type: huma.TypeString}, "kty": {Type: huma.TypeString}, "alg": {Type: huma.TypeString}, "use": {Type: huma.TypeString},
	}, "kid", "kty")}}, "keys")
	openAPI := object(map[string]*huma.Schema{"openapi": {Type: huma.TypeString}, "paths": {Type: huma.TypeObject}}, "openapi", "paths")
	enrolment := object(map[string]*huma.Schema{"enroll": {Type: huma.TypeString, Format: "uri"}, "manage": {Type: huma.TypeString, Format: "uri"}}, "enroll", "manage")
	origins := object(map[string]*huma.Schema{"origins": {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Format: "uri"}}}, "origins")
	return map[string]description{
		"passkey endpoints": document("get-passkey-endpoints", "Read where people add and manage passkeys", "For password managers (W3C, A Well-Known URL for Relying Party Passkey Endpoints).", enrolment),
		"passkey origins":   document("get-passkey-origins", "Read which further sites may use the passkeys", "For browsers (Web Authentication Level 3, section 5.11). Only where the operator names some.", origins),
		"discovery":         document("get-openid-configuration", "Read the OpenID Connect discovery document", "OpenID Connect Discovery section 4.", metadata),
		"metadata":          document("get-oauth-metadata", "Read the OAuth 2.0 server metadata", "RFC 8414; the same document.", metadata),
		"jwks":              document("get-keys", "Read the keys that verify signatures", "RFC 7517. A new key is published before it signs.", keys),
		"api document":      document("get-management-document", "Read the OpenAPI document of the management API", "OpenAPI 3.1.", openAPI),
		"protocol document": document("get-protocol-document", "Read this document", "OpenAPI 3.1.", openAPI),
		"api audit keys":    document("get-audit-keys", "Read the keys that verify checkpoints of the audit log", "RFC 7517.", keys),
	}
}

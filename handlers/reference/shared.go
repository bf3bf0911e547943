package reference

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

const (
	headerRef = "#/components/headers/"
	htmlType  = "text/html; charset=utf-8"
)

func license() *huma.License { return &huma.License{Name: "Apache 2.0", Identifier: "Apache-2.0"} }

func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "discovery", Description: "Public documents, from which clients learn everything else."},
		{Name: "authorization", Description: "What browsers visit on behalf of an application."},
		{Name: "tokens", Description: "What applications and resource servers call."},
		{Name: "registration", Description: "For clients that register themselves, where the operator lets them."},
		{Name: "errors", Description: "What an error means."},
	}
}

func failureName(status int, html bool) string {
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	if html {
		name += "Page"
	}
	return name
}

// shared are the parts of the document that operations have in common.
func shared() *huma.Components {
	text := &huma.Schema{Type: huma.TypeString}
	c := &huma.Components{
		Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
		Headers: map[string]*huma.Header{
			"X-Request-Id":     {Description: "Names the request in the log of the server", Schema: text},
			"Retry-After":      {Description: "When to repeat the request, in seconds", Schema: &huma.Schema{Type: huma.TypeInteger}},
			"WWW-Authenticate": {Description: "How to authenticate (RFC 7617, RFC 6750 section 3)", Schema: text},
		},
		SecuritySchemes: map[string]*huma.SecurityScheme{
			"client_secret": {Type: "http", Scheme: "basic", Description: "Client id and secret, each form-encoded first (RFC 6749 section 2.3.1)."},
			"access_token":  {Type: "http", Scheme: "bearer", Description: "An access token (RFC 6750)."},
			"registration":  {Type: "http", Scheme: "bearer", Description: "An initial access token (RFC 7591), or the token of a registration (RFC 7592)."},
		},
		Responses: map[string]*huma.Response{},
	}
	c.Schemas.Map()["Error"] = object(map[string]*huma.Schema{
		"error":             {Type: huma.TypeString, Description: "Error code (RFC 6749 section 5.2)", Examples: []any{"invalid_grant"}},
		"error_description": {Type: huma.TypeString, Description: "What is wrong"},
		"error_uri":         {Type: huma.TypeString, Format: "uri", Description: "Page that explains the error"},
	}, "error", "error_description", "error_uri")
	for status, description := range map[int]string{
		http.StatusBadRequest:            "The request is refused.",
		http.StatusUnauthorized:          "The client or the token is not accepted.",
		http.StatusForbidden:             "The token does not have the scope.",
		http.StatusNotFound:              "There is nothing at this URL.",
		http.StatusGone:                  "The access token is not valid, or not of a user.",
		http.StatusRequestEntityTooLarge: "The body is too large.",
		http.StatusUnsupportedMediaType:  "The body is of another type than the operation takes.",
		http.StatusTooManyRequests:       "Too many requests.",
		http.StatusServiceUnavailable:    "The server cannot answer at present.",
	} {
		for _, html := range []bool{false, true} {
			r := &huma.Response{Description: description, Headers: map[string]*huma.Param{"X-Request-Id": {Ref: headerRef + "X-Request-Id"}}}
			switch status {
			case http.StatusUnauthorized, http.StatusForbidden:
				r.Headers["WWW-Authenticate"] = &huma.Param{Ref: headerRef + "WWW-Authenticate"}
			case http.StatusTooManyRequests, http.StatusServiceUnavailable:
				r.Headers["Retry-After"] = &huma.Param{Ref: headerRef + "Retry-After"}
			}
			if html {
				r.Content = map[string]*huma.MediaType{htmlType: {Schema: text}}
			} else {
				r.Content = map[string]*huma.MediaType{wire.JSONType: {Schema: &huma.Schema{Ref: "#/components/schemas/Error"}}}
			}
			c.Responses[failureName(status, html)] = r
		}
	}
	return c
}

func object(properties map[string]*huma.Schema, required ...string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: properties, Required: required, AdditionalProperties: true}
}

func list(of string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: of}}
}

// choice is a text that the server takes with these values alone.
func choice(values ...string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, value := range values {
		s.Enum = append(s.Enum, value)
	}
	return s
}

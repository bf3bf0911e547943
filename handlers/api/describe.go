package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// mergePatchType is that of RFC 7396.
const mergePatchType = "application/merge-patch+json"

// describeErrors adds responses of the components to an operation.
func (*API) describeErrors(op *huma.Operation, statuses ...int) {
	for _, status := range statuses {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + responseName(status)}
	}
}

func responseName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// describe completes a registered operation in the document with what the adapter does for it.
func (a *API) describe(op *huma.Operation) {
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			a.describeErrors(op, http.StatusNotFound)
		case p.In == "header" && p.Name == "If-Match":
			a.describeErrors(op, http.StatusPreconditionFailed)
		}
	}
	if op.RequestBody != nil {
		a.describeErrors(op, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
		if body, ok := op.RequestBody.Content[wire.JSONType]; ok {
			body.Example = examples()[op.OperationID]
			if body.Example == nil {
				body.Example = exampleOf(a.huma.OpenAPI().Components.Schemas, body.Schema)
			}
			if op.Method == http.MethodPatch {
				op.RequestBody.Content[mergePatchType] = body
			}
		}
	}
	success := op.Responses[strconv.Itoa(op.DefaultStatus)]
	if success.Headers == nil {
		success.Headers = map[string]*huma.Param{}
	}
	for _, name := range []string{"RateLimit", "RateLimit-Policy", "X-Request-Id"} {
		success.Headers[name] = &huma.Param{Ref: headerRef + name}
	}
	if creates(op) {
		success.Headers["Location"] = &huma.Param{Description: "Where what was made can be read", Schema: &huma.Schema{Type: huma.TypeString, Format: "uri-reference"}}
	}
	if tag, ok := success.Headers["ETag"]; ok {
		tag.Description = "Version of the resource, for If-Match and If-None-Match"
		if op.Method == http.MethodGet {
			op.Parameters = append(op.Parameters, &huma.Param{Ref: "#/components/parameters/IfNoneMatch"})
			op.Responses["304"] = &huma.Response{Description: "The caller has this version", Headers: map[string]*huma.Param{"ETag": tag}}
		}
	}
	if repeatable(op) {
		op.Parameters = append(op.Parameters, &huma.Param{Ref: "#/components/parameters/IdempotencyKey"})
		success.Headers[repeatedHeader] = &huma.Param{Ref: headerRef + repeatedHeader}
		a.describeErrors(op, http.StatusUnprocessableEntity)
	}
}

const headerRef = "#/components/headers/"

// components are the parts of the document that operations share.
func components(c *huma.Components) {
	text, number := &huma.Schema{Type: huma.TypeString}, &huma.Schema{Type: huma.TypeInteger}
	c.Headers = map[string]*huma.Header{
		"RateLimit":        {Description: "What is left of each limit that applies, and when it is full again (draft-ietf-httpapi-ratelimit-headers)", Schema: text, Example: `"manage-client";r=99;t=1`},
		"RateLimit-Policy": {Description: "The limits that apply (draft-ietf-httpapi-ratelimit-headers)", Schema: text, Example: `"manage-client";q=100;w=10`},
		"X-Request-Id":     {Description: "Names the request in the log of the server", Schema: text},
		"Retry-After":      {Description: "When to repeat the request, in seconds", Schema: number, Example: 5},
		"WWW-Authenticate": {Description: "The challenge of RFC 6750 section 3, or of RFC 9470 section 3 where the user has to sign in again. Never Basic, for which browsers would show a dialog", Schema: text, Example: `Bearer realm="Gatehouse"`},
		repeatedHeader:     {Description: "Present where the response is that of an earlier request with the same Idempotency-Key", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"true"}}},
	}
	one := 1
	longest := longestKey
	c.Parameters = map[string]*huma.Param{
		"IdempotencyKey": {
			Name: keyHeader, In: "header", Example: "8e03978e-40d5-43dd-bc93-6894a57f9324",
			Description: "A text that the caller makes for one request, such as a random UUID. The same request with the same key has no second effect within 24 hours: it gets the same response again, also when the first one was lost. Only a successful response is kept.",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: &one, MaxLength: &longest, Pattern: "^[ -~]+$"},
		},
		"IfNoneMatch": {
			Name: "If-None-Match", In: "header", Schema: text,
			Description: "ETag of the version that the caller has: it gets 304 while that is the current one",
		},
	}
	failed := c.Schemas.Schema(reflect.TypeFor[failure](), true, "Error")
	c.Responses = map[string]*huma.Response{}
	for status, description := range map[int]string{
		http.StatusBadRequest:            "The request is malformed. Each field that is wrong is in errors.",
		http.StatusUnauthorized:          "The caller did not authenticate.",
		http.StatusForbidden:             "The caller does not have the scope, or would give away one that it does not have.",
		http.StatusNotFound:              "There is no such resource.",
		http.StatusConflict:              "It exists already, or changed meanwhile.",
		http.StatusPreconditionFailed:    "The resource is no longer the version in If-Match.",
		http.StatusRequestEntityTooLarge: "The body is too large.",
		http.StatusUnsupportedMediaType:  "The body is of a type that the operation does not take.",
		http.StatusUnprocessableEntity:   "The Idempotency-Key was used for another request.",
		http.StatusTooManyRequests:       "The caller made too many requests.",
		http.StatusServiceUnavailable:    "The server cannot answer at present.",
	} {
		r := &huma.Response{
			Description: description, Content: map[string]*huma.MediaType{wire.JSONType: {Schema: failed}},
			Headers: map[string]*huma.Param{"X-Request-Id": {Ref: headerRef + "X-Request-Id"}},
		}
		switch status {
		case http.StatusUnauthorized, http.StatusForbidden:
			r.Headers["WWW-Authenticate"] = &huma.Param{Ref: headerRef + "WWW-Authenticate"}
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			r.Headers["Retry-After"] = &huma.Param{Ref: headerRef + "Retry-After"}
		}
		c.Responses[responseName(status)] = r
	}
}

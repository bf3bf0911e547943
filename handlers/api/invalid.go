package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostProblems bounds how much a refusal says about a request that is wrong throughout.
const mostProblems = 100

// invalid is a refusal of one field, by its JSON pointer or parameter name.
func invalid(field, message string) error {
	return invalidFields([]refusal.Problem{{Pointer: field, Message: message}})
}

// invalidFields is a refusal of several fields. The description is about the first of them.
func invalidFields(problems []refusal.Problem) *refusal.Refusal {
	description := problems[0].Message + "."
	if where := problems[0].Pointer; where != "" {
		description = where + ": " + description
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckFields, description).CompareFields(problems[:min(len(problems), mostProblems)])
}

// invalidClient names every property of a registration that is wrong.
func invalidClient(err *client.Invalid) *refusal.Refusal {
	problems := make([]refusal.Problem, len(err.Problems))
	for i, p := range err.Problems {
		problems[i] = refusal.Problem{Pointer: p.Pointer(), Message: p.Fault.String()}
	}
	return invalidFields(problems)
}

// invalid is the refusal of a request that is not what its schema says.
func (x *exchange) invalid() error {
	status := x.status
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	var model huma.ErrorModel
	if err := json.Unmarshal(x.answer.Bytes(), &model); err != nil {
		return err
	}
	if len(model.Errors) == 0 {
		return refusal.New(refusal.InvalidRequest, refusal.CheckFields, model.Detail+".").WithStatus(status)
	}
	problems := make([]refusal.Problem, len(model.Errors))
	for i, e := range model.Errors {
		problems[i] = refusal.Problem{Pointer: pointer(e.Location), Message: x.explain(e.Location, e.Message)}
		if rest, missing := strings.CutPrefix(e.Message, "expected required property "); missing {
			name, _, _ := strings.Cut(rest, " ")
			problems[i] = refusal.Problem{Pointer: problems[i].Pointer + "/" + name, Message: "is required"}
		}
	}
	return invalidFields(problems).WithStatus(status)
}

// explain says of a text that is no UUID what to send instead, and not how UUIDs are read.
func (x *exchange) explain(location, message string) string {
	if !strings.HasPrefix(message, notUUID) {
		return message
	}
	if location != "path.user_id" {
		return "must be an id: a UUID, as a list has it"
	}
	typed, by := x.Param("user_id"), "username"
	if strings.Contains(typed, "@") {
		by = "email"
	}
	hint := "must be the id of a user, a UUID, and not a name"
	if len(typed) <= longestName {
		hint += ": GET " + Prefix + "/users?" + by + "=" + url.QueryEscape(typed) + " finds the user"
	}
	return hint
}

const (
	// notUUID is how huma begins to say so.
	notUUID = "expected string to be RFC 4122 uuid"
	// longestName is that of a user name and of an email address, in bytes.
	longestName = 254
)

// longestPointer bounds the part of a response that the names in a request make up.
const longestPointer = 300

// pointer is the JSON pointer (RFC 6901) of a location such as body.redirect_uris[0], and for a
// parameter its name.
func pointer(location string) string {
	in, rest, _ := strings.Cut(location, ".")
	if in == "body" && rest != "" {
		rest = "/" + strings.NewReplacer("~", "~0", "/", "~1", ".", "/", "[", "/", "]", "").Replace(rest)
	}
	return strings.ToValidUTF8(rest[:min(len(rest), longestPointer)], "")
}

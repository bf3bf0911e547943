package api

import (
	"encoding/json"
	"net/http"
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
		problems[i] = refusal.Problem{Pointer: p.Pointer(), Message: p.Message}
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
		problems[i] = refusal.Problem{Pointer: pointer(e.Location), Message: e.Message}
		if rest, missing := strings.CutPrefix(e.Message, "expected required property "); missing {
			name, _, _ := strings.Cut(rest, " ")
			problems[i] = refusal.Problem{Pointer: problems[i].Pointer + "/" + name, Message: "is required"}
		}
	}
	return invalidFields(problems).WithStatus(status)
}

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

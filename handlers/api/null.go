package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// refuseNull refuses null where the schema has another type. The validation of huma takes it for a
// property that was left out: {"client_id":"a","user_id":null} would revoke what was issued to the
// client for every user, although the caller meant one. In a merge patch null has a meaning of its own
// (RFC 7396).
func (a *adapter) refuseNull(op *huma.Operation, body []byte) error {
	if op.Method == http.MethodPatch || op.RequestBody == nil {
		return nil
	}
	var value any
	if wire.ParseJSON(body, &value) != nil {
		return nil // refused by the validation
	}
	problems := a.nulls(op.RequestBody.Content[wire.JSONType].Schema, value, "")
	if len(problems) == 0 {
		return nil
	}
	slices.SortFunc(problems, func(a, b refusal.Problem) int { return strings.Compare(a.Pointer, b.Pointer) })
	return invalidFields(problems)
}

func (a *adapter) nulls(s *huma.Schema, value any, at string) (problems []refusal.Problem) {
	for s != nil && s.Ref != "" {
		s = a.schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return nil
	}
	switch value := value.(type) {
	case nil:
		if s.Type != "" && !s.Nullable {
			return []refusal.Problem{{Pointer: at, Message: "must not be null: leave it out instead"}}
		}
	case map[string]any:
		for name, v := range value {
			if p, known := s.Properties[name]; known {
				problems = append(problems, a.nulls(p, v, at+"/"+name)...)
			}
		}
	case []any:
		for i, v := range value {
			problems = append(problems, a.nulls(s.Items, v, at+"/"+strconv.Itoa(i))...)
		}
	}
	return problems
}

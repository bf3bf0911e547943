package api

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// checkBody refuses what huma and encoding/json take, although it is not what the caller meant:
//
//   - null where the schema has another type, for a property that was left out: {"client_id":"a",
//     "user_id":null} would revoke what was issued to the client for every user. In a merge patch null
//     has a meaning of its own (RFC 7396).
//   - a name in another case, for the property: a merge patch would add it beside the property, and one
//     of both is lost.
//   - a whole number that is written as a fraction or with an exponent, such as 1e3, which encoding/json
//     does not take for an integer after huma did.
//   - U+0000, which Postgres does not store in a text.
func (a *adapter) checkBody(op *huma.Operation, body []byte) error {
	if op.RequestBody == nil {
		return nil
	}
	var value any
	if wire.ParseJSON(body, &value) != nil {
		return nil // refused by the validation
	}
	digits := json.NewDecoder(bytes.NewReader(body))
	digits.UseNumber()
	if err := digits.Decode(&value); err != nil {
		return err
	}
	c := bodyCheck{a.schemas, op.Method != http.MethodPatch, nil}
	c.walk(op.RequestBody.Content[wire.JSONType].Schema, value, "")
	c.texts(value, "")
	if len(c.problems) == 0 {
		return nil
	}
	slices.SortFunc(c.problems, func(a, b refusal.Problem) int { return strings.Compare(a.Pointer, b.Pointer) })
	return invalidFields(c.problems)
}

type bodyCheck struct {
	schemas  huma.Registry
	nulls    bool
	problems []refusal.Problem
}

func (c *bodyCheck) refuse(at, message string) {
	c.problems = append(c.problems, refusal.Problem{Pointer: at, Message: message})
}

// texts looks at all that the body has, whether the schema says what that is or not.
func (c *bodyCheck) texts(value any, at string) {
	const unreadable = "must not have the character U+0000"
	switch value := value.(type) {
	case string:
		if !wire.Readable(value) {
			c.refuse(at, unreadable)
		}
	case map[string]any:
		for name, v := range value {
			if !wire.Readable(name) {
				c.refuse(at, "a name "+unreadable)
				continue
			}
			c.texts(v, at+"/"+name)
		}
	case []any:
		for i, v := range value {
			c.texts(v, at+"/"+strconv.Itoa(i))
		}
	}
}

func (c *bodyCheck) walk(s *huma.Schema, value any, at string) {
	for s != nil && s.Ref != "" {
		s = c.schemas.SchemaFromRef(s.Ref)
	}
	if s == nil {
		return
	}
	switch value := value.(type) {
	case json.Number:
		number, err := value.Float64()
		if s.Type == huma.TypeInteger && err == nil && number == math.Trunc(number) && strings.ContainsAny(value.String(), ".eE") {
			c.refuse(at, "must be a whole number in digits, such as 1000")
		}
	case nil:
		if c.nulls && s.Type != "" && !s.Nullable {
			c.refuse(at, "must not be null: leave it out instead")
		}
	case map[string]any:
		for name, v := range value {
			if p, known := s.Properties[name]; known {
				c.walk(p, v, at+"/"+name)
				continue
			}
			for property := range s.Properties {
				if strings.EqualFold(name, property) {
					c.refuse(at+"/"+name, "unexpected property: did you mean "+property+"?")
				}
			}
		}
	case []any:
		for i, v := range value {
			c.walk(s.Items, v, at+"/"+strconv.Itoa(i))
		}
	}
}

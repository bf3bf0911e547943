package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// aliasesKey is where an operation keeps other names of properties that it takes. They are not in the
// document: generators of clients would make one name of phone_number and phoneNumber, and fail.
const aliasesKey = "aliases"

// withAliases lets an operation take other names of its properties.
func withAliases(op huma.Operation, ours map[string]string) huma.Operation {
	op.Metadata = map[string]any{aliasesKey: ours}
	return op
}

// withEnabled lets an operation take enabled as the opposite of disabled.
func withEnabled(op huma.Operation) huma.Operation {
	op.Metadata[oppositesKey] = map[string]string{"enabled": "disabled"}
	return op
}

// oppositesKey is where an operation keeps which flag of its body is the opposite of another one.
const oppositesKey = "opposites"

// contradiction finds the flags that say the opposite of their opposites: which one counted would be
// chance. Null takes a flag away, and its opposite with it: a user is enabled.
func contradiction(op *huma.Operation, object map[string]json.RawMessage) (problems []refusal.Problem) {
	opposites, _ := op.Metadata[oppositesKey].(map[string]string)
	for flag, opposite := range opposites {
		on, off := true, false
		if object[flag] == nil || object[opposite] == nil || json.Unmarshal(object[flag], &on) != nil || json.Unmarshal(object[opposite], &off) != nil {
			continue // or refused by the validation
		}
		if on == off {
			problems = append(problems, refusal.Problem{Pointer: "/" + flag, Message: "says something else than " + opposite + ", which is its opposite"})
		}
	}
	return problems
}

// rename gives the properties of a body our names.
func rename(op *huma.Operation, body []byte) ([]byte, error) {
	aliases, _ := op.Metadata[aliasesKey].(map[string]string)
	if len(aliases) == 0 {
		return body, nil
	}
	var object map[string]json.RawMessage
	if wire.ParseJSON(body, &object) != nil {
		return body, nil // refused by the validation
	}
	problems := contradiction(op, object)
	for _, alias := range slices.Sorted(maps.Keys(aliases)) {
		value, sent := object[alias]
		if !sent {
			continue
		}
		name := aliases[alias]
		if other, both := object[name]; both && !bytes.Equal(value, other) {
			problems = append(problems, refusal.Problem{Pointer: "/" + alias, Message: "says something else than " + name + ", which is the same property"})
		}
		delete(object, alias)
		object[name] = value
	}
	if len(problems) > 0 {
		return nil, invalidFields(problems)
	}
	return json.Marshal(object)
}

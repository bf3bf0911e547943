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
	var problems []refusal.Problem
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

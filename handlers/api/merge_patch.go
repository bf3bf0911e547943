package api

import "encoding/json"

// mergePatch is the JSON of a value with a merge patch applied (RFC 7396 section 2).
func mergePatch(value, patch any) ([]byte, error) {
	var target, change any
	for _, pair := range []struct{ from, into any }{{value, &target}, {patch, &change}} {
		text, err := json.Marshal(pair.from)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, pair.into); err != nil {
			return nil, err
		}
	}
	return json.Marshal(merged(target, change))
}

func merged(target, patch any) any {
	members, isObject := patch.(map[string]any)
	if !isObject {
		return patch
	}
	into, isObject := target.(map[string]any)
	if !isObject {
		into = map[string]any{}
	}
	for name, value := range members {
		if value == nil {
			delete(into, name)
		} else {
			into[name] = merged(into[name], value)
		}
	}
	return into
}

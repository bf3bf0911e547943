package api

import "encoding/json"

// unchanged refuses a patch that gives what it patches another identity: ignored, it would look done.
func unchanged(patch map[string]json.RawMessage, name, is string) error {
	sent, named := patch[name]
	if !named {
		return nil
	}
	var text *string
	if json.Unmarshal(sent, &text) != nil || text == nil {
		return cannotChange(name)
	}
	return same(name, *text, is)
}

// same refuses another value of a property that cannot be changed.
func same(name, sent, is string) error {
	if sent != is {
		return cannotChange(name)
	}
	return nil
}

func cannotChange(name string) error {
	return invalid("/"+name, "cannot be changed: it must be that of what is in the path, or left out")
}

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

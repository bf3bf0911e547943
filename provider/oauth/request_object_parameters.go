package oauth

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// objectParameters are the parameters in a verified request object, as they are in a form. Unknown
// ones are ignored as they are outside, whatever their type is, and so are the claims of the JWT.
func objectParameters(c *client.Client, claims map[string]json.RawMessage) (url.Values, error) {
	form := url.Values{"client_id": {c.ID}}
	for name, raw := range claims {
		switch name {
		case "client_id", "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
			continue // they were checked
		case "request", "request_uri": // RFC 9101 section 4
			return nil, invalidObject(refusal.CheckObjectClaims, c, "A request object must have neither request nor request_uri in it.")
		}
		if !single(name) && !repeatable(name) {
			continue
		}
		values, ok := parameter(name, raw)
		if !ok {
			return nil, invalidObject(refusal.CheckObjectClaims, c, "The value of "+name+" in the request object is of the wrong type.")
		}
		form[name] = values
	}
	return form, nil
}

// repeatable parameters are lists in a request object.
func repeatable(name string) bool { return name == "resource" || name == "audience" }

// parameter is the value of a parameter in a request object (RFC 9101 section 4): a string, or what it
// is in JSON. max_age is a number and claims an object there; as a string, which several libraries make
// of everything, they are read as outside.
func parameter(name string, raw json.RawMessage) ([]string, bool) {
	switch raw[0] {
	case '"':
		return []string{jsonText(raw)}, true
	case '[':
		values := jsonList(raw)
		return values, repeatable(name) && values != nil && !slices.Contains(values, "")
	case '{':
		var compact bytes.Buffer
		return []string{compacted(&compact, raw)}, name == "claims"
	default: // a number, true, false or null
		digits := !bytes.ContainsFunc(raw, func(r rune) bool { return r < '0' || r > '9' })
		return []string{string(raw)}, name == "max_age" && digits
	}
}

func compacted(into *bytes.Buffer, raw json.RawMessage) string {
	if err := json.Compact(into, raw); err != nil {
		return string(raw)
	}
	return into.String()
}

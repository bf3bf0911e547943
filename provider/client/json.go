package client

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Merge changes the registration by a JSON object with the names of Fields (RFC 7396): null takes a
// value away, and what the object does not name stays. It also takes name for client_name, scope as
// in a scope parameter (RFC 7591 section 2), and confidential for whether the client has a secret.
// It returns *Invalid with every fault.
func (c *Client) Merge(properties map[string]json.RawMessage) error {
	var bad Invalid
	fields := map[string]Field{}
	for _, f := range Fields() {
		fields[f.Name] = f
	}
	bad.twice(properties)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		value := properties[name]
		switch name {
		case "name":
			name = "client_name"
		case "scope":
			c.mergeScope(value, &bad)
			continue
		case "confidential":
			c.mergeConfidential(value, &bad)
			continue
		case "disabled":
			c.Disabled = c.Disabled && !isNull(value) // json leaves a variable as it is for null
			if json.Unmarshal(value, &c.Disabled) != nil {
				bad.add(name, fault.Plain("must be true or false"))
			}
			continue
		}
		f, known := fields[name]
		if !known {
			bad.add(name, fault.Plain("is not a property of a client"))
			continue
		}
		if !f.merge(c, value) {
			bad.add(name, fault.Plain("must be "+f.Kind()))
		}
	}
	return bad.orNil()
}

// twice adds faults for two names of one property with different values: which one counted would be
// chance.
func (i *Invalid) twice(properties map[string]json.RawMessage) {
	if name, also := properties["name"], properties["client_name"]; name != nil && also != nil && !bytes.Equal(name, also) {
		i.add("name", fault.Plain("says something else than client_name, which is the same property"))
	}
	i.contradicted(properties)
	scope, scopes := properties["scope"], properties["scopes"]
	if scope == nil || scopes == nil {
		return
	}
	var text string
	var list []string
	if json.Unmarshal(scope, &text) == nil && json.Unmarshal(scopes, &list) == nil && !slices.Equal(strings.Fields(text), list) {
		i.add("scope", fault.Plain("says something else than scopes, which is the same property"))
	}
}

// contradicted adds a fault where confidential says something else than the method, whether the client
// has a secret or not.
func (i *Invalid) contradicted(properties map[string]json.RawMessage) {
	confidential, method := properties["confidential"], properties["token_endpoint_auth_method"]
	if confidential == nil || method == nil {
		return
	}
	secret, name := true, SecretBasic // what null stands for
	if json.Unmarshal(confidential, &secret) == nil && json.Unmarshal(method, &name) == nil && secret == (name == None) {
		i.add("confidential", fault.Plain("says something else than token_endpoint_auth_method: a client is confidential unless that is none"))
	}
}

func (c *Client) mergeScope(value json.RawMessage, bad *Invalid) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		bad.add("scope", fault.Plain("must be a text of names separated by spaces"))
		return
	}
	c.Scopes = strings.Fields(text)
}

// isNull tells whether a merge patch takes the value away.
func isNull(value json.RawMessage) bool { return string(value) == "null" }

// mergeConfidential takes null for true, which clients are unless they are registered otherwise: as false
// it would remove the secrets, and no public client becomes confidential again.
func (c *Client) mergeConfidential(value json.RawMessage, bad *Invalid) {
	confidential := true
	switch {
	case json.Unmarshal(value, &confidential) != nil:
		bad.add("confidential", fault.Plain("must be true or false"))
	case !confidential:
		c.AuthMethod = None
	case c.Public():
		c.AuthMethod = SecretBasic
	}
}

// maxSeconds is the longest duration, in seconds. No lifetime may be as long.
const maxSeconds = int64(math.MaxInt64 / time.Second)

// merge sets the value from JSON and tells whether it is of the right kind.
func (f Field) merge(c *Client, value json.RawMessage) bool {
	if isNull(value) {
		usual := Client{ID: c.ID}
		usual.FillDefaults() // some properties are never empty
		reflect.ValueOf(f.in(c)).Elem().Set(reflect.ValueOf(f.in(&usual)).Elem())
		return true
	}
	if into, ok := f.in(c).(*time.Duration); ok {
		var seconds int64
		if json.Unmarshal(value, &seconds) != nil {
			return false
		}
		if seconds < -maxSeconds || seconds > maxSeconds {
			seconds = maxSeconds // the product would overflow, perhaps to a lifetime that is admitted
		}
		*into = time.Duration(seconds) * time.Second
		return true
	}
	// Into a value of its own: into a list that the client has, its elements would be written in place, and whoever
	// compares the client with what it was before would compare it with itself.
	fresh := reflect.New(reflect.TypeOf(f.in(c)).Elem())
	if json.Unmarshal(value, fresh.Interface()) != nil {
		return false
	}
	reflect.ValueOf(f.in(c)).Elem().Set(fresh.Elem())
	return true
}

// Kind says what the value is in JSON.
func (f Field) Kind() string {
	switch v := reflect.ValueOf(f.in(new(Client))).Elem(); {
	case v.Type() == reflect.TypeFor[time.Duration]():
		return "a whole number of seconds"
	case v.Kind() == reflect.Slice:
		return "a list of texts"
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.Kind() == reflect.Int:
		return "a whole number"
	default:
		return "a text"
	}
}

// Properties are the registration in JSON's types: those of Fields that have a value or are not
// optional, without secrets.
func (c *Client) Properties() map[string]any {
	values := map[string]any{"disabled": c.Disabled}
	for _, f := range Fields() {
		if !f.Optional || !f.IsZero(c) {
			values[f.Name] = f.Value(c)
		}
	}
	return values
}

package console

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Names of fields that are no property of their own.
const (
	// authMethodField is the method and whether it is the only one.
	authMethodField = "auth_method"
	// anyMethod is the value of it for a secret by Basic or in the body.
	anyMethod = "any"
	// refreshField adds the grant refresh_token to a new client.
	refreshField = "refresh"
	// clientIDField is the id of a new client.
	clientIDField = "client_id"
)

// The kinds of form fields.
const (
	textField     = "text"
	areaField     = "area" // several lines: a list with one value on each, or a document
	flagField     = "flag"
	choiceField   = "choice"
	choicesField  = "choices"
	durationField = "duration"
	numberField   = "number"
)

// property is a property of a registration as a form has it: a text, of several lines where it is a list.
type property struct {
	Name, Kind string
	// Values are those to choose from.
	Values []string
	// Default is the meaning of an empty value, where it is not the provider's.
	Default string
	// Optional: an empty value is one of those to choose from.
	Optional bool

	read func(c *client.Client) string
	// write sets the value, or returns the name of the text that says what is wrong.
	write func(c *client.Client, text string) string
}

// properties are those of package client by name, with what forms put together.
func properties() map[string]property {
	all := map[string]property{}
	for _, f := range client.Fields() {
		all[f.Name] = propertyOf(f)
	}
	methods := append([]string{anyMethod}, all["token_endpoint_auth_method"].Values...)
	delete(all, "token_endpoint_auth_method")
	delete(all, "auth_method_pinned")
	all[authMethodField] = property{Name: authMethodField, Kind: choiceField, Values: methods, read: authMethod, write: setAuthMethod}
	// Where a client is registered for nothing else, code is chosen, as it is.
	responses := all["response_types"]
	responses.read = func(c *client.Client) string { return strings.Join(c.Responses(), "\n") }
	all["response_types"] = responses
	return all
}

func propertyOf(f client.Field) property {
	p := property{Name: f.Name, Values: f.Values, Default: f.Default, Optional: f.Optional, write: func(c *client.Client, text string) string { return setValue(f, c, text) }}
	switch {
	case f.IsList() && f.Values != nil:
		p.Kind = choicesField
	case f.IsList() || f.Name == "jwks":
		p.Kind = areaField
	case f.Values != nil:
		p.Kind = choiceField
	default:
		p.Kind = kindOf(f)
	}
	p.read = func(c *client.Client) string { return valueText(f, c) }
	return p
}

func kindOf(f client.Field) string {
	switch f.Pointer(new(client.Client)).(type) {
	case *bool:
		return flagField
	case *int:
		return numberField
	case *time.Duration:
		return durationField
	default:
		return textField
	}
}

// valueText is a value as a form has it.
func valueText(f client.Field, c *client.Client) string {
	switch v := f.Pointer(c).(type) {
	case *bool:
		if *v {
			return "true"
		}
		return ""
	case *int:
		if *v == 0 {
			return ""
		}
		return strconv.Itoa(*v)
	case *time.Duration:
		return durationText(*v)
	case *string:
		return *v
	default:
		return strings.Join(f.List(c), "\n")
	}
}

// setValue is the reverse of valueText.
func setValue(f client.Field, c *client.Client, text string) string {
	switch into := f.Pointer(c).(type) {
	case *bool:
		*into = text != ""
	case *int:
		n, err := strconv.Atoi(text)
		if text != "" && err != nil {
			return "client.fault.number"
		}
		*into = n
	case *time.Duration:
		d, ok := parseDuration(text)
		if !ok {
			return "client.fault.duration"
		}
		*into = d
	case *string:
		*into = text
	default:
		f.SetList(c, listOf(f, text))
	}
	return ""
}

// listOf has one value on each line, or several where they have no spaces. People also put commas between names.
func listOf(f client.Field, text string) []string {
	if f.Words {
		return words(text)
	}
	if f.Name == "contacts" {
		text = strings.ReplaceAll(text, ",", "\n")
	}
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

const hoursOfDay = 24

// durationText is a duration in its largest unit: 30d, 8h, 15m or 90s; empty for none.
func durationText(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%(hoursOfDay*time.Hour) == 0:
		return strconv.FormatInt(int64(d/(hoursOfDay*time.Hour)), 10) + "d"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	default:
		return d.String()
	}
}

// parseDuration also takes days.
func parseDuration(text string) (time.Duration, bool) {
	text = strings.ReplaceAll(text, " ", "")
	if text == "" {
		return 0, true
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * hoursOfDay * time.Hour, err == nil
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}

func authMethod(c *client.Client) string {
	if !c.AuthMethodPinned && (c.AuthMethod == client.SecretBasic || c.AuthMethod == client.SecretPost) {
		return anyMethod
	}
	return string(c.AuthMethod)
}

func setAuthMethod(c *client.Client, text string) string {
	if text == anyMethod {
		if c.AuthMethod != client.SecretPost {
			c.AuthMethod = client.SecretBasic
		}
		c.AuthMethodPinned = false
		return ""
	}
	if text != authMethod(c) { // an unpinned one that is not a secret stays as it is
		c.AuthMethod, c.AuthMethodPinned = client.AuthMethod(text), true
	}
	return ""
}

// textsOf are the values of a client, as forms have them.
func textsOf(c *client.Client) texts {
	values := texts{}
	for name, p := range properties() {
		values[name] = p.read(c)
	}
	return values
}

// apply sets the values in a client, and returns the names of the texts that say what is wrong, by property.
func (t texts) apply(c *client.Client) map[string]string {
	known, wrong := properties(), map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t)) {
		p, ok := known[name]
		if !ok {
			continue
		}
		if fault := p.write(c, t[name]); fault != "" {
			wrong[name] = fault
		}
	}
	return wrong
}

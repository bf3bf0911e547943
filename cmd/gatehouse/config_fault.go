package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/v2"
)

// settingFaults are the settings that could not be read. Each keeps its default, so that
// doctor can check what does not depend on them.
type settingFaults struct {
	faults []error
	keys   []string
}

// Error is part of the error interface.
func (f *settingFaults) Error() string {
	lines := make([]string, len(f.faults))
	for i, fault := range f.faults {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap lets errors.Is find the cause, such as fs.ErrNotExist.
func (f *settingFaults) Unwrap() []error { return f.faults }

func (f *settingFaults) add(key string, err error) {
	if err != nil {
		f.faults, f.keys = append(f.faults, err), append(f.keys, key)
	}
}

func (f *settingFaults) orNil() error {
	if len(f.faults) == 0 {
		return nil
	}
	return f
}

// concern tells whether one of the settings could not be read.
func (f *settingFaults) concern(keys ...string) bool {
	return f != nil && slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(f.keys, key) })
}

// checkValues removes the values that the type of their setting does not have.
func (c *config) checkValues(k *koanf.Koanf) *settingFaults {
	var bad settingFaults
	for _, field := range settingFields() {
		key := field.Tag.Get("koanf")
		value := k.Get(key)
		if !k.Exists(key) {
			continue
		}
		if fault := valueFault(field.Type, value); fault != "" {
			bad.add(key, fmt.Errorf("%s%s", c.named(key), fault))
		}
		if value == nil || bad.concern(key) {
			k.Delete(key)
		}
	}
	return &bad
}

// valueFault says what a value must be, or nothing where it is that. The value itself is repeated
// only for types that no secret has.
func valueFault(of reflect.Type, value any) string {
	text, isText := value.(string)
	switch {
	case value == nil:
		return ""
	case of == reflect.TypeFor[time.Duration]():
		// A number of YAML has no unit, and would be taken for nanoseconds.
		if _, err := time.ParseDuration(text); (!isText || err != nil) && value != 0 {
			return fmt.Sprintf(" %q must be a duration such as 8h", fmt.Sprint(value))
		}
	case of.Kind() == reflect.Bool:
		_, isBool := value.(bool)
		if _, err := strconv.ParseBool(text); !isBool && (!isText || err != nil) {
			return fmt.Sprintf(" %q must be true or false", fmt.Sprint(value))
		}
	case of.Kind() == reflect.Int:
		if _, err := strconv.Atoi(fmt.Sprint(value)); err != nil {
			return fmt.Sprintf(" %q must be a whole number", fmt.Sprint(value))
		}
	case of.Kind() == reflect.Slice:
		if list, isList := value.([]any); !scalar(value) && (!isList || !allScalar(list)) {
			return " must be a list of texts"
		}
	case !scalar(value):
		return " must be one text"
	}
	return ""
}

func allScalar(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { return !scalar(v) })
}

func scalar(value any) bool {
	switch value.(type) {
	case string, bool, int, int64, uint64, float64:
		return true
	default:
		return false
	}
}

// named is where a setting came from, for messages: the flag, the variable, or the key of the file.
func (c *config) named(key string) string {
	if name := c.origin[key]; name != "" {
		return name
	}
	return envPrefix + strings.ToUpper(key)
}

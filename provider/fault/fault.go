package fault

import (
	"fmt"
	"strings"
)

// Fault is what is wrong with a value. Nil: nothing is.
type Fault struct {
	Code Code
	// values are names and values in turn, of which the text has the names in braces.
	values []any
}

// New is a fault with the values that its text names.
func New(code Code, values ...any) *Fault { return &Fault{code, values} }

// Plain is a fault with a text that only the API, the command line and imports show.
func Plain(text string) *Fault { return New(Other, "text", text) }

// Values are names and values in turn.
func (f *Fault) Values() []any { return f.values }

// String is the English text, for the API, the command line and logs; empty for nil.
func (f *Fault) String() string {
	if f == nil {
		return ""
	}
	var pairs []string
	for i := 0; i+1 < len(f.values); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", f.values[i]), fmt.Sprint(f.values[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(English(f.Code)) // at once: a value may have a placeholder in it
}

// Error is a fault as an error.
type Error struct{ Fault *Fault }

// Error is the English text.
func (e *Error) Error() string { return e.Fault.String() }

// Err is the fault as an error, *Error; nil for nil.
func (f *Fault) Err() error {
	if f == nil {
		return nil
	}
	return &Error{f}
}

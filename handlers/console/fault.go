package console

import (
	"errors"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// faultText is what is wrong, in the language of the pages; empty: nothing is.
func faultText(in pages.SectionPages, f *fault.Fault) string {
	if f == nil {
		return ""
	}
	values := slices.Clone(f.Values())
	for i, value := range values {
		if inner, ok := value.(*fault.Fault); ok {
			values[i] = faultText(in, inner)
		}
	}
	if text := in.Text("fault."+string(f.Code), values...); text != "" {
		return text
	}
	return f.String() // which nobody meets in a form
}

// errorText is that of an error that is a fault, and the text of another one.
func errorText(in pages.SectionPages, err error) string {
	var wrong *fault.Error
	if errors.As(err, &wrong) {
		return faultText(in, wrong.Fault)
	}
	return err.Error()
}

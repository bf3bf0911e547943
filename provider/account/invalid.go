package account

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Invalid is a property of a user with a value that cannot be: a claim of the profile, or one that Kind
// says.
type Invalid struct {
	// Claim is the name of the property; an element of roles has its index behind it, as in roles/1.
	Claim string
	Fault *fault.Fault
	// Kind is one of the errors of the registry, whose text may be less precise; nil: none.
	Kind error
}

func invalid(claim string, kind error, code fault.Code) *Invalid {
	return &Invalid{claim, fault.New(code), kind}
}

// Error names a claim.
func (i *Invalid) Error() string {
	if i.Kind != nil {
		return i.Fault.String()
	}
	return i.Claim + ": " + i.Fault.String()
}

// Unwrap returns the kind.
func (i *Invalid) Unwrap() error { return i.Kind }

// Pointer is the JSON pointer of the property (RFC 6901).
func (i *Invalid) Pointer() string {
	switch i.Claim {
	case "": // the whole
		return ""
	case "formatted", "street_address", "locality", "region", "postal_code", "country":
		return "/address/" + i.Claim
	case "phone":
		return "/phone_number"
	default:
		return "/" + i.Claim
	}
}

// Wrong is all that is wrong with a user, so that the caller need not find it one by one.
type Wrong []*Invalid

// Error lists the faults in one line.
func (w Wrong) Error() string {
	texts := make([]string, len(w))
	for n, one := range w {
		texts[n] = one.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the faults.
func (w Wrong) Unwrap() []error {
	errs := make([]error, len(w))
	for n, one := range w {
		errs[n] = one
	}
	return errs
}

func (w Wrong) orNil() error {
	if len(w) == 0 {
		return nil
	}
	return w
}

// add adds a fault; nil: there is none.
func (w *Wrong) add(problem *Invalid) {
	if problem != nil {
		*w = append(*w, problem)
	}
}

package registration

import (
	"errors"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const realm = `Bearer realm="gatehouse"`

// unauthorized is the refusal of a request without a valid token, initial or of a registration. It does not
// tell an unknown client from a wrong token (RFC 7592 section 2.1).
func unauthorized(check refusal.Check, presented bool) *refusal.Refusal {
	r := refusal.New(refusal.InvalidToken, check, "The request needs a valid token of the registration in its Authorization header.")
	if check == refusal.CheckInitialToken {
		r.Description = "The request needs a valid initial access token in its Authorization header."
	}
	r.Challenge = realm
	if presented {
		r.Challenge += `, error="invalid_token"`
	}
	return r
}

// wrong is the refusal of a property.
func wrong(name, message string) *refusal.Refusal {
	return refusal.New(code(name), refusal.CheckClientMetadata, name+" "+message+".").
		CompareFields([]refusal.Problem{{Pointer: "/" + name, Message: message}})
}

// code is the one of RFC 7591 section 3.2.2.
func code(name string) refusal.Code {
	if name == redirectURIs {
		return refusal.InvalidRedirectURI
	}
	return refusal.InvalidClientMetadata
}

// mostProblems bounds what a refusal lists.
const mostProblems = 20

// asRefusal makes a refusal of the faults of a registration, in the names of RFC 7591. Other errors stay.
func asRefusal(err error) error {
	var invalid *client.Invalid
	if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
		return err
	}
	first, problems := invalid.Problems[0], make([]refusal.Problem, 0, len(invalid.Problems))
	for _, p := range invalid.Problems {
		name := nameOf(p.Field)
		if code(name) == refusal.InvalidRedirectURI && code(nameOf(first.Field)) != refusal.InvalidRedirectURI {
			first = p
		}
		pointer := "/" + name
		if p.Item > 0 && name != scopeName {
			pointer += "/" + strconv.Itoa(p.Item-1)
		}
		problems = append(problems, refusal.Problem{Pointer: pointer, Message: textFor(p.Fault)})
	}
	r := refusal.New(code(nameOf(first.Field)), refusal.CheckClientMetadata, nameOf(first.Field)+" "+textFor(first.Fault)+".")
	if first.Cause != nil {
		r = r.Because(errors.New(first.Cause.Error())) // as in unreachable
	}
	return r.CompareFields(problems[:min(len(problems), mostProblems)])
}

// textFor is the text of a fault for who registers a client, and has not the command line that others name.
func textFor(f *fault.Fault) string {
	if f.Code == fault.URIUndotted {
		return "has a scheme that is no domain name in reverse, such as com.example.app, and that the operator of the server did not name: any application could claim it"
	}
	return f.String()
}

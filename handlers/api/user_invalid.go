package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// userFault is what is wrong with the data of a user, in a form that programs translate.
type userFault struct {
	Message     string `json:"message" doc:"A code that does not change" example:"fos_user.username.already_used"`
	Property    string `json:"property_path" doc:"Which property is wrong; empty: the whole" example:"username"`
	Pointer     string `json:"pointer" doc:"JSON pointer (RFC 6901) of the property, by its name at /users" example:"/phone_number"`
	Description string `json:"description" doc:"What is wrong, for a person"`
	URI         string `json:"error_uri" format:"uri" doc:"Page that explains the error"`
}

// invalidUser is a refusal that is answered with userFaults.
type invalidUser struct {
	*refusal.Refusal

	faults []userFault
}

// Unwrap gives the refusal, for the log.
func (i *invalidUser) Unwrap() error { return i.Refusal }

// RespondError writes the response.
func (i *invalidUser) RespondError(w http.ResponseWriter, _ *http.Request, _ refusal.Code, _, uri string) error {
	for n := range i.faults {
		i.faults[n].URI = uri
	}
	return wire.WriteJSON(w, http.StatusBadRequest, i.faults)
}

// registerUserChange adds an operation that takes data of a user.
func registerUserChange[I, O any](a *API, op huma.Operation, act func(ctx context.Context, in *I) (*O, error)) {
	register(a, audit.WriteScope("users"), op, act)
	a.table.last.Responses["400"] = a.invalidUserResponse()
}

// invalidUserResponse describes both forms of a refusal: whether the body is malformed, or its data
// are wrong.
func (a *API) invalidUserResponse() *huma.Response {
	const name = "InvalidUser"
	components := a.huma.OpenAPI().Components
	if _, made := components.Responses[name]; !made {
		general := components.Responses[responseName(http.StatusBadRequest)]
		faults := huma.SchemaFromType(components.Schemas, reflect.TypeFor[[]userFault]())
		components.Responses[name] = &huma.Response{
			Description: "The data of the user are wrong (an array), or the request is malformed (an object).",
			Headers:     general.Headers,
			Content:     map[string]*huma.MediaType{wire.JSONType: {Schema: &huma.Schema{OneOf: []*huma.Schema{faults, general.Content[wire.JSONType].Schema}}}},
		}
	}
	return &huma.Response{Ref: "#/components/responses/" + name}
}

// asInvalidUser names everything that is wrong with data that were sent, with codes.
func asInvalidUser(err error, sent User, password string) error {
	wrong := wrongIn(err)
	if len(wrong) == 0 {
		return err
	}
	faults := make([]userFault, len(wrong))
	for n, one := range wrong {
		code, property := codeOf(one, sent, password)
		faults[n] = userFault{Message: code, Property: property, Pointer: one.Pointer(), Description: one.Error()}
	}
	return invalidUserData(faults, err)
}

// wrongIn is what is wrong with a user; none for another error.
func wrongIn(err error) account.Wrong {
	var wrong account.Wrong
	var one *account.Invalid
	if !errors.As(err, &wrong) && errors.As(err, &one) {
		wrong = account.Wrong{one}
	}
	return wrong
}

func codeOf(fault *account.Invalid, sent User, password string) (code, property string) {
	switch {
	case errors.Is(fault, account.ErrContactMissing):
		return "bst.phone_and_email.missing", ""
	case errors.Is(fault, account.ErrOneContact):
		return "bst.phone_and_email.one", ""
	case errors.Is(fault, account.ErrPhoneTaken):
		return "bst.phonenumber.already_used", "phoneNumber"
	case errors.Is(fault, account.ErrLastContact) && fault.Claim == "phone":
		return "bst.phonenumber.last_contact", "phoneNumber"
	case errors.Is(fault, account.ErrLastFactor):
		return "fos_user.email.last_factor", "email"
	case errors.Is(fault, account.ErrLastContact):
		return "fos_user.email.last_contact", "email"
	case errors.Is(fault, account.ErrDomain):
		return "fos_user.email.domain", "email"
	case errors.Is(fault, account.ErrChannel) && fault.Claim == "phone":
		return "bst.phonenumber.unreachable", "phoneNumber"
	case errors.Is(fault, account.ErrChannel):
		return "fos_user.email.unreachable", "email"
	case errors.Is(fault, account.ErrUsernameTaken):
		return "fos_user.username.already_used", "username"
	case errors.Is(fault, account.ErrUsernameMissing): // the code for it that programs know
		return "fos_user.username.short", "username"
	case errors.Is(fault, account.ErrEmailTaken):
		return "fos_user.email.already_used", "email"
	case errors.Is(fault, account.ErrUsername):
		return sized("fos_user.username.", utf8.RuneCountInString(sent.Username), 2, 254, "invalid"), "username"
	case errors.Is(fault, account.ErrEmail):
		return sized("fos_user.email.", len(sent.Email), 3, 254, "invalid"), "email"
	case errors.Is(fault, account.ErrPhone) && strings.ContainsAny(sent.Phone, " \t"):
		return "bst.phonenumber.space", "phoneNumber"
	case errors.Is(fault, account.ErrPhone):
		return sized("bst.phonenumber.", len(strings.TrimPrefix(sent.Phone, "+")), 8, 15, "format"), "phoneNumber"
	case errors.Is(fault, account.ErrPassword) && password == "":
		return "fos_user.password.blank", "plainPassword"
	case errors.Is(fault, account.ErrPassword):
		return sized("fos_user.password.", utf8.RuneCountInString(password), 8, 128, "invalid"), "plainPassword"
	case errors.Is(fault, account.ErrCommon), errors.Is(fault, account.ErrBreached):
		return "fos_user.password.breached", "plainPassword"
	case errors.Is(fault, account.ErrRole), errors.Is(fault, account.ErrRoles):
		return "fos_user.roles.invalid", "roles"
	default:
		return "fos_user." + fault.Claim + ".invalid", fault.Claim
	}
}

// sized is the code of a text that is too short or too long, or of another fault.
func sized(prefix string, size, shortest, longest int, otherwise string) string {
	switch {
	case size < shortest:
		return prefix + "short"
	case size > longest:
		return prefix + "long"
	default:
		return prefix + otherwise
	}
}

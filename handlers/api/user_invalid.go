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
	Description string `json:"description" doc:"What is wrong, for a person"`
	URI         string `json:"error_uri" format:"uri" doc:"Page that explains the error"`
}

// invalidUser is a refusal that is answered with userFaults.
type invalidUser struct {
	*refusal.Refusal

	fault userFault
}

// Unwrap gives the refusal, for the log.
func (i *invalidUser) Unwrap() error { return i.Refusal }

// RespondError writes the response.
func (i *invalidUser) RespondError(w http.ResponseWriter, _ refusal.Code, _, uri string) error {
	i.fault.URI = uri
	return wire.WriteJSON(w, http.StatusBadRequest, []userFault{i.fault})
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

// asInvalidUser gives errors of data that were sent their codes.
func asInvalidUser(err error, sent User, password string) error {
	if err == nil {
		return nil
	}
	code, property := faultOf(err, sent, password)
	if code == "" {
		return err
	}
	r := refusal.New(refusal.InvalidRequest, refusal.CheckFields, property+": "+err.Error()+".").
		CompareFields([]refusal.Problem{{Pointer: "/" + property, Message: err.Error()}}).Because(err)
	return &invalidUser{r, userFault{Message: code, Property: property, Description: err.Error()}}
}

func faultOf(err error, sent User, password string) (code, property string) {
	var claim *account.Invalid
	switch {
	case errors.Is(err, account.ErrUsernameTaken):
		return "fos_user.username.already_used", "username"
	case errors.Is(err, account.ErrEmailTaken):
		return "fos_user.email.already_used", "email"
	case errors.Is(err, account.ErrUsername):
		return sized("fos_user.username.", utf8.RuneCountInString(sent.Username), 2, 254, "invalid"), "username"
	case errors.Is(err, account.ErrEmail):
		return sized("fos_user.email.", len(sent.Email), 3, 254, "invalid"), "email"
	case errors.Is(err, account.ErrPhone) && strings.ContainsAny(sent.Phone, " \t"):
		return "bst.phonenumber.space", "phoneNumber"
	case errors.Is(err, account.ErrPhone):
		return sized("bst.phonenumber.", len(strings.TrimPrefix(sent.Phone, "+")), 8, 15, "format"), "phoneNumber"
	case errors.Is(err, account.ErrPassword) && password == "":
		return "fos_user.password.blank", "plainPassword"
	case errors.Is(err, account.ErrPassword):
		return sized("fos_user.password.", utf8.RuneCountInString(password), 8, 128, "invalid"), "plainPassword"
	case errors.Is(err, account.ErrCommon):
		return "fos_user.password.breached", "plainPassword"
	case errors.Is(err, account.ErrRole):
		return "fos_user.roles.invalid", "roles"
	case errors.As(err, &claim):
		return "fos_user." + claim.Claim + ".invalid", claim.Claim
	default:
		return "", ""
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

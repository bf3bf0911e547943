package reference

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func browserEndpoints() map[string]description {
	page := &huma.Schema{Type: huma.TypeString}
	location := map[string]string{"Location": "Where the browser goes"}
	nobody := []map[string][]string{}
	return map[string]description{
		"authorize": {
			tag: "authorization", id: "authorize", summary: "Ask a user for authorization", security: nobody, errors: []int{http.StatusBadRequest},
			text: "RFC 6749 section 3.1, OpenID Connect Core section 3.1.2. The response goes to the redirect URI by the browser, errors of the request included once the redirect URI is known to be the client's.",
			parameters: []parameter{
				{name: "client_id", text: "The application", example: "demo-web"},
				{name: "response_type", text: "What is asked for; all but code must be turned on, and be registered for the client", schema: choice(client.ResponseTypes()...), example: "code"},
				{name: "redirect_uri", text: "Where the response goes, exactly as registered", example: "http://127.0.0.1:5555/callback"},
				{name: "scope", text: "Scopes, separated by spaces", example: "openid profile"},
				{name: "state", text: "Returned unchanged: binds the response to the browser that asked"},
				{name: "nonce", text: "Returned in the ID token: binds it to the request; needed where response_type has id_token"},
				{name: "code_challenge", text: "Hash of the code_verifier (RFC 7636)"},
				{name: "code_challenge_method", text: "How it was hashed; plain is for clients that are registered for it", schema: choice("S256", "plain")},
				{name: "response_mode", text: "How the response is sent; without it, in the query, or in the fragment where it has tokens", schema: choice("query", "fragment", "form_post")},
				{name: "prompt", text: "none, login, consent, select_account or, where people can register, create"},
				{name: "max_age", text: "How old the sign-in may be, in seconds"},
				{name: "login_hint", text: "The user name, email address or phone number to propose"},
				{name: "id_token_hint", text: "The user whom the application expects, by an earlier ID token"},
				{name: "acr_values", text: "How the user must have authenticated: one of acr_values_supported, or several of which one will do (RFC 9470)"},
				{name: "claims", text: "Claims that are requested individually, as JSON (OpenID Connect Core section 5.5)"},
				{name: "ui_locales", text: "Languages that the user prefers"},
				{name: "resource", text: "Resource that the access is for (RFC 8707)"},
				{name: "request", text: "The parameters as a signed request object (RFC 9101), where these are turned on"},
				{name: "request_uri", text: "https URL of a request object, registered for the client, where these are turned on"},
			},
			required: []string{"client_id", "response_type"},
			responses: map[int]response{
				http.StatusOK:       {text: "A page: the consent question, or one that posts the response to the application", kind: htmlType, schema: page},
				http.StatusSeeOther: {text: "To the sign-in page, or with the response to the application", headers: location},
			},
		},
		"logout": {
			tag: "authorization", id: "logout", summary: "Sign a user out", security: nobody, errors: []int{http.StatusBadRequest, http.StatusForbidden},
			text: "OpenID Connect RP-Initiated Logout. Without an id_token_hint the user is asked first.",
			parameters: []parameter{
				{name: "id_token_hint", text: "An ID token of the session that should end"},
				{name: "client_id", text: "The application, if the hint does not say"},
				{name: "post_logout_redirect_uri", text: "Where the browser goes afterwards, exactly as registered"},
				{name: "state", text: "Returned unchanged"},
				{name: "logout_hint", text: "The user who wants to sign out"},
				{name: "ui_locales", text: "Languages that the user prefers"},
			},
			formOptional: true,
			responses: map[int]response{
				http.StatusOK:       {text: "A page: the question, or that the user is signed out", kind: htmlType, schema: page},
				http.StatusSeeOther: {text: "Back to the application", headers: location},
			},
		},
		"explanation": {
			tag: "errors", id: "explain-error", summary: "Read what an error means", security: nobody,
			text: "The page at error_uri. Administrators learn more from the management API.",
			path: []parameter{{name: "error_id", text: "Last part of an error_uri"}},
			responses: map[int]response{
				http.StatusOK: {text: "The explanation", kind: htmlType, schema: page, others: map[string]*huma.Schema{wire.JSONType: object(map[string]*huma.Schema{
					"error": page, "title": page, "explanation": page, "hint": page, "time": {Type: huma.TypeString, Format: "date-time"},
				}, "error", "title", "explanation", "hint", "time")}},
				http.StatusNotFound: {text: "The error id is unknown", kind: htmlType, schema: page, others: map[string]*huma.Schema{wire.JSONType: object(map[string]*huma.Schema{
					"error": page, "error_description": page,
				}, "error", "error_description")}},
			},
		},
	}
}

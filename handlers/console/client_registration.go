package console

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// registrationGroups are the parts of the form with all properties of a client; who may use it is on its page.
func registrationGroups() []groupNames {
	return []groupNames{
		{"about", false, []string{"client_name", "client_type", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "software_id", "software_version"}},
		{"sign_in", false, []string{"redirect_uris", "post_logout_redirect_uris", "grant_types", "require_pkce", "required_acr", "first_party", "trust"}},
		{"scopes", false, []string{"scopes", "default_scopes", "audience", "may_introspect"}},
		{"tokens", true, []string{
			"access_token_lifetime", "id_token_lifetime", "refresh_token_idle", "refresh_token_lifetime", "refresh_token_rotation",
			"access_token_format", "access_token_alg", "access_token_typ", "id_token_signed_response_alg", "id_token_claims",
			"id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_signed_response_alg", "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc",
		}},
		{"authentication", true, []string{authMethodField, "jwks_uri", "jwks", "token_endpoint_auth_signing_alg", "assertion_issuer_only"}},
		{"request_objects", true, []string{
			"require_signed_request_object", "request_object_signing_alg", "request_uris", "request_object_encryption_alg", "request_object_encryption_enc",
		}},
		{"sign_out", true, []string{
			"backchannel_logout_uri", "backchannel_logout_session_required", "frontchannel_logout_uri", "frontchannel_logout_session_required", "initiate_login_uri",
		}},
		{"rare", true, []string{
			"subject_type", "sector_identifier_uri", "response_types", "default_max_age", "default_acr_values", "require_auth_time", "allow_plain_pkce", "allow_undotted_scheme", "rate_limit",
		}},
	}
}

// registrationPage is the form with the properties of a client.
type registrationPage struct {
	shell
	revision

	Client *client.Client
	Path   string
	Form   *clientForm
}

func registrationForm(values texts) *clientForm {
	return newClientForm(registrationGroups(), values, "client_name")
}

func (c *Console) registrationPage(w http.ResponseWriter, r *http.Request, v *viewer, registered *client.Client, form *clientForm) registrationPage {
	return registrationPage{
		shell: c.shell(w, r, v, clientsPath), revision: revisionOf(versionAt(registered.UpdatedAt), textsOf(registered)),
		Client: registered, Path: clientPath(registered.ID), Form: form.finish(),
	}
}

func (c *Console) serveRegistration(w http.ResponseWriter, r *http.Request, v *viewer) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	page := c.registrationPage(w, r, v, registered, registrationForm(textsOf(registered)))
	return c.pages.For(r).Write(w, http.StatusOK, "client_registration", page, r.URL.EscapedPath())
}

// serveRegistrationChange changes the properties that differ from those that the form was made from. If somebody else
// has changed the client in the meantime, it changes nothing, and shows both.
func (c *Console) serveRegistrationChange(w http.ResponseWriter, r *http.Request, v *viewer, sent url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	in, form, from := c.pages.For(r), registrationForm(nil), sentRevision(sent)
	typed := form.typed(sent)
	answer := func(status int, page registrationPage) error {
		return in.Write(w, status, "client_registration", page, r.URL.EscapedPath())
	}

	change := func(c *client.Client) map[string]string {
		before := textsOf(c)
		wrong := typed.differing(before).apply(c)
		if typed["redirect_uris"] != before["redirect_uris"] || typed["response_types"] != before["response_types"] {
			c.ImplyGrants()
		}
		return wrong
	}
	stale := func(current *client.Client) error {
		merged := form.merge(from.base(), textsOf(current))
		page := c.registrationPage(w, r, v, current, form)
		page.Stale, page.Merged = true, merged
		return answer(http.StatusConflict, page)
	}
	if versionAt(registered.UpdatedAt) != from.Version {
		return stale(registered)
	}
	trial := *registered
	form.rejectTexts(in, change(&trial))
	if err := c.askNewScopes(r.Context(), in, form, sent, trial.Scopes, registered.Scopes); err != nil {
		return err
	}
	if ok, err := c.provenChange(w, r, v, sent, registered, &trial); !ok {
		return err
	}
	if !form.Wrong && registered.HasSecret() && !trial.HasSecret() {
		if yes, err := c.confirmed(w, r, v, sent, losesSecrets(registered, sent)); !yes {
			return err
		}
	}
	if !form.Wrong {
		var current client.Client
		updated, err := c.changeRegistration(r.Context(), v, registered.ID, func(c *client.Client) error {
			if versionAt(c.UpdatedAt) != from.Version {
				current = *c
				return errStale
			}
			change(c)
			return nil
		})
		switch {
		case errors.Is(err, errStale):
			return stale(&current)
		case err == nil:
			return c.done(w, r, clientPath(registered.ID), said{Done: "client_saved", About: updated.Name})
		}
		if err := form.rejectAll(in, err); err != nil {
			return found(r, err)
		}
	}
	return answer(http.StatusUnprocessableEntity, c.registrationPage(w, r, v, registered, form))
}

// changeRegistration changes a client, and makes the scopes that it is the first to have. Both or neither.
func (c *Console) changeRegistration(ctx context.Context, v *viewer, id string, change func(c *client.Client) error) (updated *client.Client, err error) {
	err = c.Together.InTx(ctx, func(ctx context.Context) (err error) {
		if updated, err = c.Registry.Update(ctx, v.actor, id, change); err != nil {
			return err
		}
		_, err = c.Catalogue.Ensure(ctx, v.actor, updated.Scopes)
		return err
	})
	return updated, err
}

// losesSecrets asks before the secrets of a client are removed, which cannot be made again for it.
func losesSecrets(c *client.Client, sent url.Values) confirmation {
	with := maps.Clone(sent)
	for _, field := range []string{confirmField, websession.TokenField} {
		delete(with, field)
	}
	return confirmation{shell: shell{Current: clientsPath}, Kind: "lose_secrets", Name: c.Name, Back: clientPath(c.ID) + "/registration", With: with}
}

// merge brings what was stored in the meantime into a form that was made from base, and tells whether anything was.
func (f *clientForm) merge(base, current texts) (taken bool) {
	typed, stored := texts{}, texts{}
	for _, field := range f.fields() {
		typed[field.Name], stored[field.Name] = field.Value, current[field.Name]
	}
	conflicts, taken := typed.merge(base, stored)
	for _, field := range f.fields() {
		field.Value = typed[field.Name]
		field.Stored, field.Conflict = conflicts[field.Name]
	}
	return taken
}

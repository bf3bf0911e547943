package console

import (
	"context"
	"encoding/json"
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
		{"about", false, []string{"client_name", "client_type", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts"}},
		{"sign_in", false, []string{"redirect_uris", "post_logout_redirect_uris", "grant_types", "require_pkce", "required_acr", "first_party"}},
		{"scopes", false, []string{"scopes", "default_scopes", "audience", "may_introspect"}},
		{"tokens", true, []string{
			"access_token_lifetime", "id_token_lifetime", "refresh_token_idle", "refresh_token_lifetime", "refresh_token_rotation",
			"access_token_format", "access_token_alg", "access_token_typ", "id_token_signed_response_alg", "id_token_claims",
		}},
		{"authentication", true, []string{authMethodField, "jwks_uri", "jwks", "token_endpoint_auth_signing_alg", "assertion_issuer_only"}},
		{"rare", true, []string{"allow_plain_pkce", "allow_undotted_scheme", "rate_limit"}},
	}
}

// registrationPage is the form with the properties of a client.
type registrationPage struct {
	shell

	Client *client.Client
	Path   string
	Form   *clientForm
	// Version is that of the registration which the form was made from, and Base its values.
	Version, Base string
	// Stale: somebody else has changed the client since; Merged: their values are in the form.
	Stale, Merged bool
}

func registrationForm(values texts) *clientForm {
	return newClientForm(registrationGroups(), values, "client_name")
}

func (c *Console) registrationPage(w http.ResponseWriter, r *http.Request, v *viewer, registered *client.Client, form *clientForm) (registrationPage, error) {
	base, err := json.Marshal(textsOf(registered))
	return registrationPage{
		shell: c.shell(w, r, v, clientsPath), Client: registered, Path: clientPath(registered.ID), Form: form.finish(),
		Version: versionAt(registered.UpdatedAt), Base: string(base),
	}, err
}

func (c *Console) serveRegistration(w http.ResponseWriter, r *http.Request, v *viewer) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	page, err := c.registrationPage(w, r, v, registered, registrationForm(textsOf(registered)))
	if err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "client_registration", page, r.URL.EscapedPath())
}

// serveRegistrationChange changes the properties that differ from those that the form was made from. If somebody else
// has changed the client in the meantime, it changes nothing, and shows both.
func (c *Console) serveRegistrationChange(w http.ResponseWriter, r *http.Request, v *viewer, sent url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	in, form, base := c.pages.For(r), registrationForm(nil), texts{}
	typed := form.typed(sent)
	if json.Unmarshal([]byte(sent.Get("base")), &base) != nil {
		base = texts{}
	}
	answer := func(status int, page registrationPage) error {
		return in.Write(w, status, "client_registration", page, r.URL.EscapedPath())
	}

	change := func(c *client.Client) map[string]string {
		before := textsOf(c)
		wrong := typed.differing(before).apply(c)
		if typed["redirect_uris"] != before["redirect_uris"] {
			c.ImplyGrant()
		}
		return wrong
	}
	stale := func(current *client.Client) error {
		merged := form.merge(base, textsOf(current))
		page, err := c.registrationPage(w, r, v, current, form)
		page.Stale, page.Merged = true, merged
		if err != nil {
			return err
		}
		return answer(http.StatusConflict, page)
	}
	if versionAt(registered.UpdatedAt) != sent.Get("version") {
		return stale(registered)
	}
	trial := *registered
	form.rejectTexts(in, change(&trial))
	if ok, err := c.provenClient(w, r, v, sent, registered, &trial); !ok {
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
			if versionAt(c.UpdatedAt) != sent.Get("version") {
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
		if err := form.rejectAll(err); err != nil {
			return found(r, err)
		}
	}
	page, err := c.registrationPage(w, r, v, registered, form)
	if err != nil {
		return err
	}
	return answer(http.StatusUnprocessableEntity, page)
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

// differing are the values that are not the same in the other ones.
func (t texts) differing(other texts) texts {
	differing := texts{}
	for name, value := range t {
		if value != other[name] {
			differing[name] = value
		}
	}
	return differing
}

// merge brings what was stored in the meantime into a form that was made from base. What the viewer has not changed
// takes the stored value; where both changed it, the viewer's stays, beside the stored one. It tells whether anything
// was taken.
func (f *clientForm) merge(base, current texts) (taken bool) {
	for _, g := range f.Groups {
		for _, field := range g.Fields {
			was, stored := base[field.Name], current[field.Name]
			switch {
			case stored == was || stored == field.Value:
			case field.Value == was:
				field.Value, taken = stored, true
			default:
				field.Conflict, field.Stored = true, stored
			}
		}
	}
	return taken
}

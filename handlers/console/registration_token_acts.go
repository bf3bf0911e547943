package console

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// registrationTokenForm is the page with the form for a new initial access token.
type registrationTokenForm struct {
	shell

	// Mode is who may register a client.
	Mode   registration.Mode
	Fields []formField
}

// registrationDays is the field with the days that a new token is valid.
const registrationDays = "expires_in_days"

// fill shows the values in the form.
func (p *registrationTokenForm) fill(values texts) {
	p.Fields = []formField{
		{Name: "label", Label: "registration_token.label", Kind: "text", Note: true},
		{Name: "max_uses", Label: "registration_token.max_uses", Kind: "text", Note: true},
		{Name: registrationDays, Label: "registration_token.days", Kind: "text"},
		{Name: "redirect_hosts", Label: "registration_token.hosts", Kind: linesField, Note: true},
		{Name: "scopes", Label: "registration_token.scopes", Kind: "text", Note: true},
		{Name: "audience", Label: "registration_token.audience", Kind: "text", Note: true},
		{Name: "verified", Label: "registration_token.verified", Kind: checkField, Note: true},
	}
	values.show(p.Fields)
}

func (c *Console) registrationTokenForm(w http.ResponseWriter, r *http.Request, v *viewer, values texts) registrationTokenForm {
	page := registrationTokenForm{shell: c.shell(w, r, v, registrationTokensPath), Mode: c.SelfRegistration}
	page.fill(values)
	return page
}

func (c *Console) serveNewRegistrationToken(w http.ResponseWriter, r *http.Request, v *viewer) error {
	days := strconv.Itoa(int(registration.DefaultLifetime / (hoursOfDay * time.Hour)))
	page := c.registrationTokenForm(w, r, v, texts{"max_uses": "1", registrationDays: days})
	return c.pages.For(r).Write(w, http.StatusOK, "registration_token_form", page, r.URL.Path)
}

// registrationTokenMade is the page with a new token. It is never shown again.
type registrationTokenMade struct {
	shell

	Initial listedRegistrationToken
	// Text is the token itself.
	Text string
	Mode registration.Mode
}

// serveRegistrationTokenCreation makes an initial access token. The page that it answers with is the only one that has
// its text.
func (c *Console) serveRegistrationTokenCreation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	if ok, err := c.proven(w, r, v, form); !ok { // whoever has it adds applications
		return err
	}
	t, lifetime, wrong := typedRegistrationToken(form)
	if len(wrong) > 0 {
		return c.refusedRegistrationToken(w, r, v, form, wrong)
	}
	made, text, err := c.RegistrationTokens.Create(r.Context(), v.actor, t, lifetime)
	var bad *client.Invalid
	switch {
	case errors.As(err, &bad):
		wrong := map[string]*fault.Fault{}
		for _, p := range bad.Problems {
			if p.Field == "lifetime" {
				p.Field = registrationDays
			}
			if wrong[p.Field] == nil {
				wrong[p.Field] = p.Fault
			}
		}
		return c.refusedRegistrationToken(w, r, v, form, wrong)
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Outcome("registration_token_created")
	page := registrationTokenMade{c.shell(w, r, v, registrationTokensPath), c.listedRegistrationToken(r, made), text, c.SelfRegistration}
	return c.pages.For(r).Write(w, http.StatusCreated, "registration_token_made", page, registrationTokenPath(made.ID))
}

// typedRegistrationToken is the token of a form, with what is wrong with its numbers.
func typedRegistrationToken(form url.Values) (t registration.InitialToken, lifetime time.Duration, wrong map[string]*fault.Fault) {
	t = registration.InitialToken{
		Label: trimmed(form, "label"), Hosts: words(form.Get("redirect_hosts")), Scopes: words(form.Get("scopes")), Audience: words(form.Get("audience")),
		Vouches: form.Get("verified") != "",
	}
	wrong = map[string]*fault.Fault{}
	var err error
	if t.MaxUses, err = strconv.Atoi(trimmed(form, "max_uses")); err != nil {
		wrong["max_uses"] = registration.UsesFault()
	}
	const day = hoursOfDay * time.Hour
	days, err := strconv.Atoi(trimmed(form, registrationDays))
	if err != nil || days < 1 || days > int(registration.MaxLifetime/day) {
		wrong[registrationDays] = registration.LifetimeFault()
	}
	return t, time.Duration(days) * day, wrong
}

// refusedRegistrationToken shows the form again with what is wrong beside the fields.
func (c *Console) refusedRegistrationToken(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, wrong map[string]*fault.Fault) error {
	canonical.From(r.Context()).Outcome("invalid")
	in, values, found := c.pages.For(r), texts{}, problems{}
	for name := range form {
		values[name] = strings.TrimSpace(form.Get(name))
	}
	for name, fault := range wrong {
		found[name] = faultText(in, fault)
	}
	page := c.registrationTokenForm(w, r, v, values)
	found.place(page.Fields)
	return in.Write(w, http.StatusUnprocessableEntity, "registration_token_form", page, r.URL.Path)
}

// serveRegistrationTokenRevocation ends an initial access token.
func (c *Console) serveRegistrationTokenRevocation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	t, err := c.registrationTokenOf(r)
	if err != nil {
		return err
	}
	shown := c.listedRegistrationToken(r, *t)
	yes, err := c.confirmed(w, r, v, form, confirmation{
		shell: shell{Current: registrationTokensPath}, Kind: "revoke_registration_token", Name: shown.Name(), Back: shown.Path(),
	})
	if !yes {
		return err
	}
	if err := c.RegistrationTokens.Revoke(r.Context(), v.actor, t.ID); err != nil && !errors.Is(err, provider.ErrNotFound) { // somebody else has revoked it
		return err
	}
	return c.done(w, r, shown.Path(), said{Done: "registration_token_revoked", About: shown.Name()})
}

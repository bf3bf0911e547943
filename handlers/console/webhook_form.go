package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// webhookForm is the page with the form for a new endpoint, or for one that there is.
type webhookForm struct {
	shell
	revision

	// Endpoint is the one that is changed; nil: a new one. Its URL is shown to those alone who may change it.
	Endpoint *listedWebhook
	// Action is where the form goes, and Back the page to return to without a change.
	Action, Back string
	Fields       []formField
	Events       []eventGroup
	// TypesConflict: somebody else has stored the events TypesNow in the meantime, none for all.
	TypesNow      []string
	TypesConflict bool
	// TypesProblem is what is wrong with the events.
	TypesProblem string
}

// eventGroup are the events about one thing, such as user.
type eventGroup struct {
	Name   string
	Events []eventChoice
}

type eventChoice struct {
	Name   string
	Chosen bool
}

// eventGroups are all events, with some of them chosen.
func eventGroups(chosen []string) (groups []eventGroup) {
	for _, name := range webhook.Types() {
		about, _, _ := strings.Cut(name, ".")
		if len(groups) == 0 || groups[len(groups)-1].Name != about {
			groups = append(groups, eventGroup{Name: about})
		}
		last := &groups[len(groups)-1]
		last.Events = append(last.Events, eventChoice{name, slices.Contains(chosen, name)})
	}
	return groups
}

// typesField is the field of an endpoint's events.
const typesField = "type"

// webhookTexts are the values of an endpoint, as the form has them.
func webhookTexts(e *webhook.Endpoint) texts {
	return texts{"url": e.URL, "description": e.Description, typesField: strings.Join(e.Types, " ")}
}

// fill shows the values in the form.
func (p *webhookForm) fill(values texts) {
	p.Fields = []formField{
		{Name: "url", Label: "webhook.url", Kind: "url", Note: true},
		{Name: "description", Label: "webhook.description", Kind: "text", Note: true},
	}
	values.show(p.Fields)
	p.Events = eventGroups(strings.Fields(values[typesField]))
}

// serveNewWebhook serves the form for a new endpoint.
func (c *Console) serveNewWebhook(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := webhookForm{shell: c.shell(w, r, v, webhooksPath), Action: webhooksPath + "/new", Back: webhooksPath}
	page.fill(nil)
	return c.writeWebhookForm(w, r, http.StatusOK, page)
}

// serveWebhookCreation adds an endpoint. The page that it answers with is the only one that has the secret.
func (c *Console) serveWebhookCreation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	if ok, err := c.proven(w, r, v, form); !ok { // it hears of all that is administered
		return err
	}
	typed := typedWebhook(form)
	e, secret, err := c.Webhooks.Create(r.Context(), v.actor, typed)
	var wrong *webhook.InvalidEndpoint
	switch {
	case errors.As(err, &wrong):
		page := webhookForm{shell: c.shell(w, r, v, webhooksPath), Action: webhooksPath + "/new", Back: webhooksPath}
		page.fill(webhookTexts(&typed))
		return c.refusedWebhook(w, r, page, wrong)
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Outcome("webhook_created")
	return c.writeSecret(w, r, v, webhookSecret{Endpoint: listedWebhook{e}, Secret: secret, New: true})
}

// serveWebhookEdit serves the form that changes an endpoint.
func (c *Console) serveWebhookEdit(w http.ResponseWriter, r *http.Request, v *viewer) error {
	e, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	page := c.webhookForm(w, r, v, e)
	page.fill(webhookTexts(&e))
	return c.writeWebhookForm(w, r, http.StatusOK, page)
}

// serveWebhookChange changes an endpoint, unless somebody else has done so since the form was shown: then the form is
// shown again, merged with that.
func (c *Console) serveWebhookChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	known, err := c.webhookOf(r)
	if err != nil {
		return err
	}
	typed, from := typedWebhook(form), sentRevision(form)
	var now webhook.Endpoint
	e, err := c.Webhooks.Change(r.Context(), v.actor, known.ID, func(e *webhook.Endpoint) error {
		if now = *e; versionAt(e.UpdatedAt) != from.Version {
			return errStale
		}
		e.URL, e.Description, e.Types = typed.URL, typed.Description, typed.Types
		return nil
	})
	var wrong *webhook.InvalidEndpoint
	switch {
	case errors.Is(err, errStale):
		canonical.From(r.Context()).Outcome("stale")
		page := c.webhookForm(w, r, v, now)
		values := webhookTexts(&typed)
		conflicts, taken := values.merge(from.base(), webhookTexts(&now))
		page.Stale, page.Merged = true, taken
		page.fill(values)
		conflicts.showConflicts(page.Fields)
		_, page.TypesConflict = conflicts[typesField]
		page.TypesNow = now.Types
		return c.writeWebhookForm(w, r, http.StatusConflict, page)
	case errors.As(err, &wrong):
		page := c.webhookForm(w, r, v, known)
		page.revision = from
		page.fill(webhookTexts(&typed))
		return c.refusedWebhook(w, r, page, wrong)
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, webhookPath(e.ID), said{Done: "webhook_changed", About: hostOf(e)})
}

// typedWebhook is the endpoint of a form.
func typedWebhook(form url.Values) webhook.Endpoint {
	return webhook.Endpoint{URL: trimmed(form, "url"), Description: trimmed(form, "description"), Types: slices.Compact(slices.Sorted(slices.Values(form[typesField])))}
}

func (c *Console) webhookForm(w http.ResponseWriter, r *http.Request, v *viewer, e webhook.Endpoint) webhookForm {
	path := webhookPath(e.ID)
	return webhookForm{
		shell: c.shell(w, r, v, webhooksPath), revision: revisionOf(versionAt(e.UpdatedAt), webhookTexts(&e)),
		Endpoint: &listedWebhook{e}, Action: path + "/edit", Back: path,
	}
}

// refusedWebhook shows the form again with what is wrong beside the field.
func (c *Console) refusedWebhook(w http.ResponseWriter, r *http.Request, page webhookForm, wrong *webhook.InvalidEndpoint) error {
	canonical.From(r.Context()).Outcome("invalid")
	text := faultText(c.pages.For(r), wrong.Fault)
	problems{wrong.Property: text}.place(page.Fields)
	if wrong.Property == "event_types" {
		page.TypesProblem = text
	}
	return c.writeWebhookForm(w, r, http.StatusUnprocessableEntity, page)
}

func (c *Console) writeWebhookForm(w http.ResponseWriter, r *http.Request, status int, page webhookForm) error {
	return c.pages.For(r).Write(w, status, "webhook_form", page, page.Action)
}

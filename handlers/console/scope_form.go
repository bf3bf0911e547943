package console

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// scopeForm is the page about a scope, with the form that makes or changes it.
type scopeForm struct {
	shell

	// Scope is as it is stored; nil: a new one.
	Scope   *consent.Scope
	BuiltIn bool
	Version string
	// Stale: somebody else has changed the scope since the form was shown.
	Stale  bool
	Fields []formField
	// Languages are the descriptions in each language, and Claims what the scope releases.
	Languages []languageField
	Claims    []claimField
	// LanguageProblem and ClaimProblem are what is wrong with all of those.
	LanguageProblem, ClaimProblem string
	// Clients may ask for the scope; More: there are others.
	Clients []client.Brief
	More    bool
}

// languageField is the description in a language. Tag is empty in the last one, which is for another language.
type languageField struct {
	Tag, Text string
	Now       string
	Differs   bool
}

// claimField is a claim that a scope may release.
type claimField struct {
	Name    string
	Checked bool
	Differs bool
}

// mostUses is how many clients with a scope are shown.
const mostUses = 20

// typedScope is the scope of a form.
func typedScope(form url.Values) consent.Scope {
	s := consent.Scope{Name: trimmed(form, "name"), Description: trimmed(form, "description"), Claims: form["claim"], Descriptions: map[string]string{}}
	tags, texts := form["language"], form["text"]
	for i, tag := range tags {
		if i >= len(texts) {
			break
		}
		tag, text := strings.TrimSpace(tag), strings.TrimSpace(texts[i])
		if s.Descriptions[tag] != "" {
			tag = "" // there is one in that language; which tag is meant has to be said
		}
		if text != "" || tag != "" && i == len(tags)-1 { // one that was emptied is taken away, and one that was begun is not lost
			s.Descriptions[tag] = text
		}
	}
	return s
}

// fill shows a scope in the form, and what is stored where it differs; nil: nobody else has changed it.
func (p *scopeForm) fill(s consent.Scope, now *consent.Scope, tags []string) {
	p.BuiltIn = p.Scope != nil && consent.BuiltIn(s.Name)
	description := formField{Name: "description", Label: "scope.description", Kind: "text", Value: s.Description, Note: true}
	if now != nil {
		description.Differs, description.Now = now.Description != s.Description, now.Description
	}
	p.Fields = []formField{description}
	if p.Scope == nil {
		p.Fields = []formField{{Name: "name", Label: "scope.name", Kind: "text", Value: s.Name, Note: true}, description}
	}
	shown := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag == "en" }) // which the description is in
	further := map[string]bool{}
	for _, of := range []*consent.Scope{&s, now} {
		if of == nil {
			continue
		}
		for tag := range of.Descriptions {
			further[tag] = !slices.Contains(shown, tag) && tag != ""
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(further)) {
		if further[tag] {
			shown = append(shown, tag)
		}
	}
	p.Languages = nil
	for _, tag := range append(shown, "") {
		f := languageField{Tag: tag, Text: s.Descriptions[tag]}
		if now != nil && tag != "" {
			f.Now = now.Descriptions[tag]
			f.Differs = f.Now != f.Text
		}
		p.Languages = append(p.Languages, f)
	}
	p.Claims = nil
	if p.BuiltIn {
		for _, name := range standardClaims(s.Name) {
			p.Claims = append(p.Claims, claimField{Name: name, Checked: true})
		}
		return
	}
	for _, name := range consent.Claims() {
		checked := slices.Contains(s.Claims, name)
		p.Claims = append(p.Claims, claimField{name, checked, now != nil && slices.Contains(now.Claims, name) != checked})
	}
}

// writeScope shows the form, with what is wrong.
func (c *Console) writeScope(w http.ResponseWriter, r *http.Request, status int, page scopeForm, err error) error {
	var wrong *consent.InvalidScope
	if errors.As(err, &wrong) {
		canonical.From(r.Context()).Outcome("invalid")
		problems{wrong.Property: wrong.Message}.place(page.Fields)
		switch wrong.Property {
		case "descriptions":
			page.LanguageProblem = wrong.Message
		case "claims":
			page.ClaimProblem = wrong.Message
		}
	}
	again := scopesPath + "/new"
	if page.Scope != nil {
		again = scopePath(page.Scope.Name)
		clients, err := c.ScopeUses.ClientsWithScope(r.Context(), page.Scope.Name, mostUses+1)
		if err != nil {
			return err
		}
		page.Clients, page.More = clients[:min(len(clients), mostUses)], len(clients) > mostUses
	}
	return c.pages.For(r).Write(w, status, "scope", page, again)
}

// scopeVersion follows from what a form is made from.
func scopeVersion(s consent.Scope) string {
	text, _ := json.Marshal(s) // texts and times always marshal
	return wire.Tag(text)
}

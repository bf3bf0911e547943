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
	revision

	// Scope is as it is stored; nil: a new one.
	Scope   *consent.Scope
	BuiltIn bool
	Fields  []formField
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
	// Conflict: somebody else has stored Now in the meantime.
	Now      string
	Conflict bool
}

// claimField is a claim that a scope may release.
type claimField struct {
	Name    string
	Checked bool
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

// The names of a scope's texts that are not those of fields: a language tag follows the one, and a claim the other.
const (
	languageText = "text/"
	claimText    = "claim/"
)

// scopeTexts are the values of a scope, as the form has them. Each claim is one of its own, which is on or off.
func scopeTexts(s consent.Scope) texts {
	values := texts{"name": s.Name, "description": s.Description}
	for tag, text := range s.Descriptions {
		values[languageText+tag] = text
	}
	for _, name := range s.Claims {
		values[claimText+name] = flagText(true)
	}
	return values
}

// further are the values whose names begin with a prefix, by the rest of the name.
func (t texts) further(prefix string) texts {
	values := texts{}
	for name, value := range t {
		if rest, ok := strings.CutPrefix(name, prefix); ok && value != "" {
			values[rest] = value
		}
	}
	return values
}

// fill shows the values in the form, and what is stored beside those that are in conflict with it.
func (p *scopeForm) fill(values, conflicts texts, tags []string) {
	p.BuiltIn = p.Scope != nil && consent.BuiltIn(p.Scope.Name)
	p.Fields = []formField{{Name: "description", Label: "scope.description", Kind: "text", Note: true}}
	if p.Scope == nil {
		p.Fields = slices.Insert(p.Fields, 0, formField{Name: "name", Label: "scope.name", Kind: "text", Note: true})
	}
	values.show(p.Fields)
	conflicts.showConflicts(p.Fields)
	descriptions, stored := values.further(languageText), conflicts.further(languageText)
	shown := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag == "en" }) // which the description is in
	for _, tag := range slices.Sorted(maps.Keys(descriptions)) {
		if tag != "" && !slices.Contains(shown, tag) {
			shown = append(shown, tag)
		}
	}
	for tag := range stored {
		if !slices.Contains(shown, tag) {
			shown = append(shown, tag)
		}
	}
	p.Languages = nil
	for _, tag := range append(shown, "") {
		f := languageField{Tag: tag, Text: descriptions[tag], Now: stored[tag]}
		_, f.Conflict = conflicts[languageText+tag]
		p.Languages = append(p.Languages, f)
	}
	p.Claims = nil
	if p.BuiltIn {
		for _, name := range standardClaims(p.Scope.Name) {
			p.Claims = append(p.Claims, claimField{Name: name, Checked: true})
		}
		return
	}
	for _, name := range consent.Claims() {
		p.Claims = append(p.Claims, claimField{name, values[claimText+name] != ""})
	}
}

// writeScope shows the form, with what is wrong.
func (c *Console) writeScope(w http.ResponseWriter, r *http.Request, status int, page scopeForm, err error) error {
	var wrong *consent.InvalidScope
	if errors.As(err, &wrong) {
		canonical.From(r.Context()).Outcome("invalid")
		text := faultText(c.pages.For(r), wrong.Fault)
		problems{wrong.Property: text}.place(page.Fields)
		switch wrong.Property {
		case "descriptions":
			page.LanguageProblem = text
		case "claims":
			page.ClaimProblem = text
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

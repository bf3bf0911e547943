package hydra

import (
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

func (r *Reader) consent(line int, c Consent) imports.Item {
	item := imports.Item{
		Kind: imports.KindConsent, Line: line, Name: c.Subject + " for " + c.ClientID,
		Source: source(map[string]any{"client_id": c.ClientID, "sub": c.Subject, "scopes": c.Scopes, "audience": c.Audience}),
		Value:  imports.Consent{ClientID: c.ClientID, Subject: c.Subject, Scopes: unique(c.Scopes), Audience: unique(c.Audience)},
	}
	if c.For > 0 {
		item.Notes = append(item.Notes, "was to be remembered for a time, and is remembered until the user withdraws it")
	}
	return item
}

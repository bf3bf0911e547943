package client

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
)

// texts are the values of a property that may have any characters.
type texts struct {
	property string
	values   []string
	list     bool
}

func (c *Client) texts() []texts {
	return []texts{
		{"client_name", []string{c.Name}, false},
		{"client_uri", []string{c.URI}, false},
		{"logo_uri", []string{c.LogoURI}, false},
		{"policy_uri", []string{c.PolicyURI}, false},
		{"tos_uri", []string{c.TOSURI}, false},
		{"jwks_uri", []string{c.JWKSURI}, false},
		{"sector_identifier_uri", []string{c.SectorIdentifierURI}, false},
		{"software_id", []string{c.SoftwareID}, false},
		{"software_version", []string{c.SoftwareVersion}, false},
		{"contacts", slices.Clone(c.Contacts), true},
		{"audience", slices.Clone(c.Audience), true},
	}
}

// validateTexts refuses texts that a terminal or a page would not show as they are. A client keeps
// those from before they were refused: it could not be disabled otherwise.
func (c *Client) validateTexts(bad *Invalid, before []texts) {
	for i, now := range c.texts() {
		for n, text := range now.values {
			wrong := provider.TextFault(text)
			switch {
			case wrong == nil || slices.Contains(before[i].values, text):
			case now.list:
				bad.addItem(now.property, n, wrong)
			default:
				bad.add(now.property, wrong)
			}
		}
	}
}

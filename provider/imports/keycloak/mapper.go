package keycloak

import (
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// protocolMapper is a ProtocolMapperRepresentation: it says what a claim of Keycloak's tokens has in it.
type protocolMapper struct {
	Name   string            `json:"name"`
	Mapper string            `json:"protocolMapper"`
	Config map[string]string `json:"config"`
}

// setsSubject tells whether the client knows users by something else than their id at Keycloak, and whether that is
// a pairwise subject.
func (m protocolMapper) setsSubject() (other, pairwise bool) {
	pairwise = strings.HasSuffix(m.Mapper, "-pairwise-sub-mapper") // oidc-sha256-pairwise-sub-mapper
	return pairwise || (m.Config["claim.name"] == "sub" && m.Mapper != "oidc-sub-mapper"), pairwise
}

// subjects refuses a client that knows users by a subject which this server would not show it: it would take all of
// them for new ones. A pairwise subject of Keycloak is the hash of the sector, the user and a salt; those of this server
// are made in another way. The line says so in a property that is refused as long as it says that.
func (c *client) subjects(line map[string]any) *imports.Fault {
	for _, m := range c.ProtocolMappers {
		other, pairwise := m.setsSubject()
		if !other {
			continue
		}
		name := strconv.Quote(m.Name[:min(len(m.Name), 40)])
		const mend = `: put "public" or "pairwise" there if the application can be told that its users have new ones`
		if !pairwise {
			line["subject_type"] = "by a mapper of Keycloak"
			return &imports.Fault{Field: "/subject_type", Reason: "the mapper " + name + " gives the application another sub of its users than their id, which it would get here" + mend}
		}
		line["subject_type"] = "pairwise at Keycloak"
		if uri := m.Config["sectorIdentifierUri"]; uri != "" {
			line["sector_identifier_uri"] = uri
		}
		return &imports.Fault{Field: "/subject_type", Reason: "is pairwise by the mapper " + name + ": this server would show the application other subjects" + mend}
	}
	return nil
}

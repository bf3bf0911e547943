package reference

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Where the description stands.
const (
	Path         = oauth.ManagementPath + "/docs"
	ProtocolPath = oauth.ManagementPath + "/protocol.json"
)

// documentAge is how long the document may be kept: it changes with the version of the server.
const documentAge = 5 * time.Minute

// Config is what the package needs; all is required.
type Config struct {
	Issuer, Version string
	// Table is every route besides those of this package.
	Table []route.Route
	// Management is the document of the management API, and ManagementPath where that is served.
	Management     *huma.OpenAPI
	ManagementPath string
	Pages          *pages.Set
}

// Reference describes what the server serves.
type Reference struct {
	protocol *huma.OpenAPI
	page     pages.Reference
	pages    *pages.Set
	text     []byte
}

// New fails for a route that nothing describes.
func New(c Config) (*Reference, error) {
	r := &Reference{pages: c.Pages}
	own := r.Routes()
	protocol, err := protocol(c.Issuer, c.Version, append(c.Table[:len(c.Table):len(c.Table)], own...), managementPaths(c))
	if err != nil {
		return nil, err
	}
	r.protocol = protocol
	if r.text, err = json.Marshal(protocol); err != nil {
		return nil, fmt.Errorf("reference: %w", err)
	}
	management := view{c.Management, "management"}.document(c.ManagementPath)
	r.page = pages.Reference{Documents: []pages.ReferenceDocument{management, view{protocol, "protocol"}.document(ProtocolPath)}}
	return r, nil
}

// Protocol is the document of the protocol endpoints.
func (r *Reference) Protocol() *huma.OpenAPI { return r.protocol }

// Routes are the document and the page.
func (r *Reference) Routes() []route.Route {
	get, tag := []string{http.MethodGet}, wire.Tag(r.text)
	return []route.Route{
		{
			Name: "protocol document", Methods: get, Path: ProtocolPath, Protection: route.Open, Policies: []string{ratelimit.DocumentPrefix},
			Handler: func(w http.ResponseWriter, req *http.Request) error {
				wire.WriteDocument(w, req, r.text, tag, documentAge)
				return nil
			},
		},
		{
			Name: "reference", Methods: get, Path: Path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix},
			Handler: func(w http.ResponseWriter, _ *http.Request) error { return r.pages.Reference(w, r.page) },
		},
	}
}

// managementPaths are the paths of the operations that the other document describes.
func managementPaths(c Config) map[string]bool {
	paths := map[string]bool{}
	for path := range c.Management.Paths {
		paths[oauth.ManagementPath+path] = true
	}
	return paths
}

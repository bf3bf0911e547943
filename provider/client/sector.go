package client

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// SubjectType says how a client knows users (OpenID Connect Core section 8).
type SubjectType string

// Public: by the subject that all public clients see. Pairwise: by one that only clients of the same sector see.
const (
	Public   SubjectType = "public"
	Pairwise SubjectType = "pairwise"
)

// Pairwise tells whether the client knows users by pairwise subjects.
func (c *Client) Pairwise() bool { return c.SubjectType == Pairwise }

// Sector is the host by which pairwise subjects differ: that of the sector identifier URI, or else the one of all
// redirect URIs (OpenID Connect Core section 8.1). Empty: there is none.
func (c *Client) Sector() string {
	if c.SectorIdentifierURI != "" {
		return hostOf(c.SectorIdentifierURI)
	}
	var sector string
	for i, uri := range c.RedirectURIs {
		host := hostOf(uri)
		if host == "" || Loopback(host) || (i > 0 && host != sector) {
			return ""
		}
		sector = host
	}
	return sector
}

// hostOf is the host of a web address, without the port, in lower case. The scheme of a native application has none.
func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// validateSector demands a sector of a client with pairwise subjects. A client without redirect URIs could name
// any sector, since there is nothing that its document could lack.
func (c *Client) validateSector(bad *Invalid) {
	if uri := c.SectorIdentifierURI; uri != "" {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.ContainsFunc(u.Host, notInHost) || !provider.ValidPort(u.Port()) || u.User != nil || u.Fragment != "" || len(uri) > 2000 {
			bad.add("sector_identifier_uri", fault.New(fault.HTTPS))
			return
		}
		if len(c.RedirectURIs) == 0 {
			bad.add("sector_identifier_uri", fault.New(fault.SectorRedirect))
		}
		return
	}
	switch {
	case !c.Pairwise():
	case len(c.RedirectURIs) == 0:
		bad.add("subject_type", fault.New(fault.SectorRedirect))
	case c.Sector() == "":
		bad.add("sector_identifier_uri", fault.New(fault.SectorMissing))
	}
}

// validateLogoutSector keeps a client that registered itself from having its pairwise subjects sent to a host of another
// sector with each sign-out, where they could be compared with those that are known there. The address that a browser
// loads is of the origin of a redirect URI in any case.
func (c *Client) validateLogoutSector(bad *Invalid) {
	host := hostOf(c.BackChannelLogoutURI)
	if !c.Pairwise() || !c.SelfRegistered() || host == "" || host == c.Sector() {
		return
	}
	if !slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return hostOf(uri) == host }) {
		bad.add("backchannel_logout_uri", fault.New(fault.SectorLogout, "value", strconv.Quote(c.BackChannelLogoutURI)))
	}
}

// The bounds of a sector document.
const (
	maxSector      = 256 << 10
	maxSectorLists = 5000
	// sectorPause is how long a document that could not be had is not fetched again: where anybody can register,
	// it could be on a server that never heard of this one.
	sectorPause    = 10 * time.Second
	sectorFailures = 1000
)

type sectorFetcher interface {
	Get(ctx context.Context, address, accept string, maxBody int64) (outbound.Fetched, error)
}

// Sectors checks whether a client may name a sector: the document at its URI has all its redirect URIs (OpenID
// Connect Core section 8.1).
type Sectors struct {
	fetch  sectorFetcher
	clock  provider.Clock
	failed *lru.Cache[sectorRequest, failedSector]
}

// sectorRequest is a document, fetched for a client that registered itself or for one of the operator's.
type sectorRequest struct {
	uri            string
	selfRegistered bool
}

// failedSector is a document that is not fetched again until then.
type failedSector struct {
	wrong *fault.Fault
	cause error
	until time.Time
}

// NewSectors makes a Sectors.
func NewSectors(fetch sectorFetcher, clock provider.Clock) *Sectors {
	failed, err := lru.New[sectorRequest, failedSector](sectorFailures)
	if err != nil { // only for a size that is not positive
		panic("client: " + err.Error())
	}
	return &Sectors{fetch, clock, failed}
}

// sectorDocument is what was fetched for a transaction.
type sectorDocument struct {
	uri       string
	redirects []string
	wrong     *fault.Fault
	// cause is why it could not be fetched.
	cause error
}

type sectorKey struct{}

// check returns *Invalid for a client whose sector does not have it. A document is fetched anew each time, unless that
// has just failed, and never inside a transaction: that is repeated afterwards.
func (s *Sectors) check(ctx context.Context, c *Client) error {
	if c.SectorIdentifierURI == "" {
		return nil
	}
	d, ok := ctx.Value(sectorKey{}).(sectorDocument)
	if !ok || d.uri != c.SectorIdentifierURI {
		if provider.InTransaction(ctx) {
			return &provider.Beforehand{Do: func(ctx context.Context) (context.Context, error) {
				return context.WithValue(ctx, sectorKey{}, s.read(ctx, c)), ctx.Err()
			}}
		}
		d = s.read(ctx, c)
	}
	var bad Invalid
	if d.wrong != nil {
		bad.Problems = append(bad.Problems, Problem{Field: "sector_identifier_uri", Fault: d.wrong, Cause: d.cause})
		return bad.orNil()
	}
	for _, uri := range c.RedirectURIs {
		if !slices.Contains(d.redirects, uri) {
			bad.add("sector_identifier_uri", fault.New(fault.SectorLacks, "value", strconv.Quote(uri)))
		}
	}
	return bad.orNil()
}

// read fetches the document of a client. What failed for a client that registered itself is no failure for others: the
// server asks other hosts for them.
func (s *Sectors) read(ctx context.Context, c *Client) sectorDocument {
	uri := c.SectorIdentifierURI
	if s == nil || s.fetch == nil {
		return sectorDocument{uri: uri, wrong: fault.New(fault.SectorFetch)}
	}
	asked := sectorRequest{uri, c.SelfRegistered()}
	if f, known := s.failed.Get(asked); known && s.clock.Now(ctx).Before(f.until) {
		return sectorDocument{uri: uri, wrong: f.wrong, cause: f.cause}
	}
	d := sectorDocument{uri: uri}
	if d.redirects, d.wrong, d.cause = s.document(c.Outbound(ctx), uri); d.wrong != nil && ctx.Err() == nil {
		s.failed.Add(asked, failedSector{d.wrong, d.cause, s.clock.Now(ctx).Add(sectorPause)})
	}
	return d
}

// document returns the URIs in a document. The fault does not tell why it could not be fetched, which the cause does:
// who registers a client may not learn what is behind a firewall.
func (s *Sectors) document(ctx context.Context, uri string) (redirects []string, wrong *fault.Fault, cause error) {
	response, err := s.fetch.Get(ctx, uri, "application/json", maxSector)
	if err != nil {
		return nil, fault.New(fault.SectorFetch), err
	}
	var list []*string
	if provider.TooDeep(response.Body) || json.Unmarshal(response.Body, &list) != nil || len(list) > maxSectorLists || slices.Contains(list, nil) || list == nil {
		return nil, fault.New(fault.SectorDocument, "most", maxSectorLists), nil
	}
	redirects = make([]string, len(list))
	for i, one := range list {
		redirects[i] = *one
	}
	return redirects, nil, nil
}

// changedSector checks the sector of a client where the redirect URIs or the sector change. It refuses to move
// pairwise subjects to another sector: the client would know nobody any more or, by redirect URIs of another host,
// the subjects of that one.
func (r *Registry) changedSector(ctx context.Context, c, before *Client) error {
	if c.Pairwise() && before.Pairwise() && c.Sector() != before.Sector() {
		var bad Invalid
		bad.add("sector_identifier_uri", fault.New(fault.SectorChanged, "before", before.Sector(), "after", c.Sector()))
		return bad.orNil()
	}
	if c.SectorIdentifierURI == before.SectorIdentifierURI && slices.Equal(c.RedirectURIs, before.RedirectURIs) {
		return nil // not fetched: a client must be changeable while its server is down
	}
	return r.sectors.check(ctx, c)
}

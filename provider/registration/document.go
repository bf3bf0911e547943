package registration

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// maxDocument bounds a metadata document in bytes, as draft-ietf-oauth-client-id-metadata-document section 6.6
// recommends.
const maxDocument = 5 << 10

// hostOf is the host of the URL of a document, in lower case and without the port.
func hostOf(id string) string {
	u, err := url.Parse(id)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// metadata reads a document as the body of a registration. What the draft adds to the rules of those is checked here
// (section 4.1).
func (d *Documents) metadata(id string, response outbound.Fetched) (map[string]json.RawMessage, error) {
	if kind := response.MediaType; kind != "application/json" && (!strings.HasPrefix(kind, "application/") || !strings.HasSuffix(kind, "+json")) {
		return nil, refusal.New(refusal.InvalidClientMetadata, refusal.CheckClientMetadata, "Its Content-Type must be application/json.")
	}
	asked, err := members(response.Body)
	if err != nil {
		return nil, err
	}
	if textOf(asked[clientIDName]) != id {
		return nil, wrong(clientIDName, "must be the URL of the document, character by character")
	}
	for _, name := range []string{secretName, secretExpiresAt} {
		if _, named := asked[name]; named {
			return nil, wrong(name, "must not be in a document that everybody can read")
		}
	}
	if _, named := asked[authMethod]; !named {
		asked[authMethod] = json.RawMessage(`"` + string(client.None) + `"`) // the default of RFC 7591 is a secret
	}
	untagged(asked)
	if _, named := asked[nameName]; !named {
		asked[nameName] = json.RawMessage(strconv.Quote(hostOf(id)))
	}
	if client.OriginOf(textOf(asked[uriName])) != client.OriginOf(id) {
		delete(asked, uriName) // it would lead people to the pages of somebody else
	}
	return asked, nil
}

// admit refuses to fetch the document of an unknown client where the address has had many fetched, or the host was asked
// for many: this server must not be what somebody floods another one with. Where there is no room for another client its
// document need not be fetched.
func (d *Documents) admit(ctx context.Context, id string, now time.Time) error {
	address := audit.OriginOf(ctx).Address
	wait, err := d.Limit.Take(ctx, address)
	if err != nil {
		return err
	}
	if wait == 0 {
		wait = d.byHost.take(hostOf(id), origin.Network(address), now)
	}
	if wait == 0 {
		return d.registry.room(ctx, d.sources(ctx, id), now, 0)
	}
	refused := refusal.New(refusal.TemporarilyUnavailable, refusal.CheckDocumentLimit, "Too many metadata documents of unknown applications were fetched.").For(id).WithStatus(429)
	refused.RetryAfter = wait
	return refused
}

// sources are where the request of a client comes from.
func (d *Documents) sources(ctx context.Context, id string) []source {
	address, err := netip.ParseAddr(audit.Requester(ctx, audit.ClientActor, id).Address)
	if err != nil {
		return nil
	}
	return sources(d.Prefix(address))
}

// notLetIn refuses a client of a document that the operator let in before: nobody reads any more whether it still is what
// it says, or withdrawn.
func notLetIn(id string) error {
	return refusal.New(refusal.InvalidRequest, refusal.CheckDocumentHost, "The server does not accept a metadata document of this host as a client_id any more.").
		For(id).WithStatus(400)
}

// unreachable does not say why: whoever chose the URL would learn what is behind the firewall. The cause is hidden from
// errors.Is: a slow server of the client is no timeout of this server.
func unreachable(id string, err error) error {
	return refusal.New(refusal.InvalidRequest, refusal.CheckDocumentFetch, "The metadata document at the client_id could not be fetched.").
		For(id).WithStatus(400).Because(errors.New(err.Error()))
}

// inDocument is the refusal of a request whose client's document is refused.
func inDocument(id string, r *refusal.Refusal) error {
	return refusal.New(refusal.InvalidRequest, refusal.CheckDocument, "The metadata document at the client_id cannot be used. "+r.Description).
		For(id).WithStatus(400).Because(r)
}

package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

const sectorURI = "https://Sector.example.com:8443/list.json"

// sectorHost is the server of a sector.
type sectorHost struct {
	t     *testing.T
	body  string
	err   error
	count atomic.Int64
}

func (h *sectorHost) Get(ctx context.Context, address, _ string, most int64) (outbound.Fetched, error) {
	h.count.Add(1)
	assert.False(h.t, provider.InTransaction(ctx), "a fetch would keep the database waiting")
	assert.Equal(h.t, sectorURI, address)
	if int64(len(h.body)) > most {
		return outbound.Fetched{}, outbound.ErrFetch
	}
	return outbound.Fetched{Body: []byte(h.body)}, h.err
}

func pairwiseClient(id string, uris ...string) *client.Client {
	return &client.Client{
		ID: id, SubjectType: client.Pairwise, GrantTypes: []client.GrantType{client.AuthorizationCode}, Scopes: []string{"openid"},
		RedirectURIs: uris, SectorIdentifierURI: sectorURI,
	}
}

func faults(t *testing.T, err error) []string {
	t.Helper()
	var bad *client.Invalid
	require.ErrorAs(t, err, &bad)
	var all []string
	for _, p := range bad.Problems {
		all = append(all, p.Field+" "+string(p.Fault.Code))
	}
	return all
}

// The sector is the host by which subjects differ: one that a client could choose freely would let it compare what it
// knows with what others know.
func TestSectorOfAClient(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		uri, sector string
		redirects   []string
		fault       string
	}{
		{"", "a.example.com", []string{"https://a.example.com/cb", "https://A.example.com:8443/other"}, ""},
		{"", "", []string{"https://a.example.com/cb", "https://b.example.com/cb"}, "sector_identifier_uri sector_missing"},
		{"", "", []string{"https://a.example.com/cb", "https://a.example.com.evil.example/cb"}, "sector_identifier_uri sector_missing"},
		{"", "", []string{"com.example.app:/cb"}, "sector_identifier_uri sector_missing"},
		{"", "", []string{"http://127.0.0.1/cb"}, "sector_identifier_uri sector_missing"},
		{"", "", nil, "subject_type sector_redirect"},
		{sectorURI, "sector.example.com", nil, "sector_identifier_uri sector_redirect"},
		{sectorURI, "sector.example.com", []string{"com.example.app:/cb", "https://b.example.com/cb"}, ""},
		{"http://sector.example.com/list.json", "sector.example.com", []string{"https://a.example.com/cb"}, "sector_identifier_uri https"},
		{"https://u@sector.example.com/list.json", "sector.example.com", []string{"https://a.example.com/cb"}, "sector_identifier_uri https"},
		{"https://sector.example.com/list.json#x", "sector.example.com", []string{"https://a.example.com/cb"}, "sector_identifier_uri https"},
		{"file:///etc/passwd", "", []string{"https://a.example.com/cb"}, "sector_identifier_uri https"},
	} {
		of := pairwiseClient("app", c.redirects...)
		of.SectorIdentifierURI, of.Type = c.uri, client.Native
		if len(c.redirects) == 0 {
			of.GrantTypes = nil
		}
		of.FillDefaults()
		assert.Equal(t, c.sector, of.Sector(), c)
		if err := of.Validate(); c.fault != "" {
			assert.Equal(t, []string{c.fault}, faults(t, err), c)
		} else {
			assert.NoError(t, err, c)
		}
	}
	c := pairwiseClient("app", "https://a.example.com/cb")
	c.SubjectType = "secret"
	c.FillDefaults()
	assert.Equal(t, []string{"subject_type choice"}, faults(t, c.Validate()))
}

// The document of a sector is fetched where it counts, and never while the database waits.
func TestSectorsListTheirRedirectURIs(t *testing.T) {
	t.Parallel()
	plain, store := newRegistry(t)
	host := &sectorHost{t: t, body: `["https://a.example.com/cb","https://b.example.com/cb"]`}
	r, ctx := plain.WithSectors(client.NewSectors(host, time.Now)), t.Context()
	create := func(id string, uris ...string) error {
		_, err := r.Create(ctx, audittest.Operator(), pairwiseClient(id, uris...), "")
		return err
	}
	update := func(change func(c *client.Client)) error {
		_, err := r.Update(ctx, audittest.Operator(), "app", func(c *client.Client) error { change(c); return nil })
		return err
	}
	require.NoError(t, create("app", "https://a.example.com/cb"))
	assert.EqualValues(t, 1, host.count.Load())
	assert.Equal(t, []string{"sector_identifier_uri sector_lacks"}, faults(t, create("thief", "https://a.example.com/cb", "https://thief.example/cb")), "of a sector of somebody else")
	assert.Equal(t, []string{"sector_identifier_uri sector_lacks"}, faults(t, create("thief", "https://a.example.com/CB")))

	host.count.Store(0)
	require.NoError(t, update(func(c *client.Client) { c.Name = "Other" }))
	assert.Zero(t, host.count.Load(), "nothing that the document has a part in")
	require.NoError(t, update(func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, "https://b.example.com/cb") }))
	assert.EqualValues(t, 1, host.count.Load())
	assert.Equal(t, []string{"sector_identifier_uri sector_lacks"}, faults(t, update(func(c *client.Client) { c.RedirectURIs = []string{"https://thief.example/cb"} })))
	// Inside a transaction of the caller too.
	require.NoError(t, store.InTx(ctx, func(ctx context.Context) error {
		_, err := r.Update(ctx, audittest.Operator(), "app", func(c *client.Client) error { c.RedirectURIs = c.RedirectURIs[:1]; return nil })
		return err
	}))
	c, err := store.Client(ctx, "app")
	require.NoError(t, err)
	assert.Equal(t, []string{"https://a.example.com/cb"}, c.RedirectURIs)

	// The subjects stay those of the host, or the client would know nobody any more.
	require.NoError(t, update(func(c *client.Client) { c.RedirectURIs = []string{"https://b.example.com/cb"} }))
	assert.Equal(t, []string{"sector_identifier_uri sector_changed"}, faults(t, update(func(c *client.Client) { c.SectorIdentifierURI = "" })))
	assert.Equal(t, []string{"sector_identifier_uri sector_changed"}, faults(t, update(func(c *client.Client) { c.SectorIdentifierURI = "https://other.example/list" })))
	require.NoError(t, update(func(c *client.Client) { c.SubjectType = client.Public }))
	require.NoError(t, update(func(c *client.Client) { c.SectorIdentifierURI = "" }))

	_, err = plain.Create(ctx, audittest.Operator(), pairwiseClient("unchecked", "https://a.example.com/cb"), "")
	assert.Equal(t, []string{"sector_identifier_uri sector_fetch"}, faults(t, err), "nobody checks it")
}

func TestHostileSectorDocuments(t *testing.T) {
	t.Parallel()
	const mine = "https://a.example.com/cb"
	many, err := json.Marshal(make([]string, 5001))
	require.NoError(t, err)
	r, _ := newRegistry(t)
	for n, c := range []struct{ body, fault string }{
		{`["` + mine + `"]`, ""},
		{`["` + mine + `","` + mine + `","other"]`, ""},
		{``, "document"},
		{`null`, "document"},
		{`{"redirect_uris":["` + mine + `"]}`, "document"},
		{`"` + mine + `"`, "document"},
		{`["` + mine + `", null]`, "document"},
		{`["` + mine + `", 1]`, "document"},
		{`["` + mine + `", ["x"]]`, "document"},
		{`["` + mine + `"] ["x"]`, "document"},
		{strings.Repeat("[", 10_000), "document"},
		{strings.Replace(string(many), `""`, `"`+mine+`"`, 1), "document"},
		{`["` + mine + `","` + strings.Repeat("x", 256<<10) + `"]`, "fetch"},
		{`[]`, "lacks"},
		{`["` + mine + `/"]`, "lacks"},
		{`["https://a.example.com/"]`, "lacks"},
	} {
		with := r.WithSectors(client.NewSectors(&sectorHost{t: t, body: c.body}, time.Now))
		_, err := with.Create(t.Context(), audittest.Operator(), pairwiseClient(fmt.Sprint("app-", n), mine), "")
		if c.fault == "" {
			assert.NoError(t, err, c.body)
			continue
		}
		assert.Equal(t, []string{"sector_identifier_uri sector_" + c.fault}, faults(t, err), n)
	}
	with := r.WithSectors(client.NewSectors(&sectorHost{t: t, err: fmt.Errorf("%w: 10.0.0.1 is behind the firewall", outbound.ErrFetch)}, time.Now))
	_, err = with.Create(t.Context(), audittest.Operator(), pairwiseClient("app", mine), "")
	assert.Equal(t, []string{"sector_identifier_uri sector_fetch"}, faults(t, err))
	assert.NotContains(t, err.Error(), "firewall")
}

// A server that has no document is left alone for a while, whoever is told to be of its sector.
func TestFailedSectorsArePaused(t *testing.T) {
	t.Parallel()
	r, _ := newRegistry(t)
	host, now := &sectorHost{t: t}, time.Now()
	r = r.WithSectors(client.NewSectors(host, func() time.Time { return now }))
	for _, failure := range []struct {
		body, code string
		err        error
	}{{"", "sector_identifier_uri sector_fetch", outbound.ErrFetch}, {"{}", "sector_identifier_uri sector_document", nil}} {
		host.body, host.err = failure.body, failure.err
		host.count.Store(0)
		for range 3 {
			_, err := r.Create(t.Context(), audittest.Operator(), pairwiseClient("app", "https://a.example.com/cb"), "")
			assert.Equal(t, []string{failure.code}, faults(t, err))
			var bad *client.Invalid
			require.ErrorAs(t, err, &bad)
			assert.Equal(t, failure.err, bad.Problems[0].Cause, "for the log")
		}
		assert.EqualValues(t, 1, host.count.Load())
		now = now.Add(10 * time.Second)
	}
	host.body = `["https://a.example.com/cb"]`
	_, err := r.Create(t.Context(), audittest.Operator(), pairwiseClient("app", "https://a.example.com/cb"), "")
	require.NoError(t, err)
}

// What is sent where the subjects of another sector are known could be compared with those.
func TestLogoutsStayInTheSector(t *testing.T) {
	t.Parallel()
	for uri, fine := range map[string]bool{
		"": true, "https://A.example.com/out": true, "https://sector.example.com/out": true, "https://b.example.com:8443/out": true,
		"https://other.example/out": false, "https://example.com/out": false,
	} {
		for trust, checked := range map[client.Trust]bool{client.Operator: false, client.Unverified: true, client.Verified: true} {
			c := pairwiseClient("app", "https://a.example.com/cb", "https://b.example.com/cb")
			c.FillDefaults()
			c.Trust, c.BackChannelLogoutURI = trust, uri
			if fine || !checked {
				require.NoError(t, c.Validate(), "%s %s", trust, uri)
				continue
			}
			assert.Equal(t, []string{"backchannel_logout_uri sector_logout"}, faults(t, c.Validate()), "%s %s", trust, uri)
			c.SubjectType = client.Public
			require.NoError(t, c.Validate(), "all clients have the same subjects")
		}
	}
}

// Imports are checked like all others.
func TestImportedSectorsAreChecked(t *testing.T) {
	t.Parallel()
	store, registry, _ := importing(t)
	host := &sectorHost{t: t, body: `["https://a.example.com/cb"]`}
	mine := &client.Imported{Client: *pairwiseClient("mine", "https://a.example.com/cb"), Secret: strings.Repeat("s", 40)}
	imports := registry.WithSectors(client.NewSectors(host, time.Now)).Import(store, audittest.Operator(), false)
	results, err := imports.Add(t.Context(), []*client.Imported{
		mine,
		{Client: *pairwiseClient("thief", "https://thief.example/cb"), Secret: strings.Repeat("s", 40)},
	}, nil)
	require.NoError(t, err)
	require.NoError(t, results[0])
	assert.Equal(t, []string{"sector_identifier_uri sector_lacks"}, faults(t, results[1]))

	host.err = outbound.ErrFetch
	results, err = imports.Add(t.Context(), []*client.Imported{mine}, nil)
	require.NoError(t, err)
	require.ErrorIs(t, results[0], client.ErrPresent, "its document is not needed again")
}

// A change of what a client knows users by ends what it has for them: a refreshed ID token would have another sub.
func TestChangedSubjectsEndGrants(t *testing.T) {
	t.Parallel()
	r, store := newRegistry(t)
	c := pairwiseClient("app", "https://a.example.com/cb")
	c.SectorIdentifierURI, c.SubjectType = "", client.Public
	_, err := r.Create(t.Context(), audittest.Operator(), c, "")
	require.NoError(t, err)
	ends := func(change func(c *client.Client)) bool {
		t.Helper()
		var ended bool
		gate, _ := audittest.NewGate(time.Now)
		counting := client.NewRegistry(endings{store, &ended}, gate, nil, time.Now, nil)
		_, err := counting.Update(t.Context(), audittest.Operator(), "app", func(c *client.Client) error { change(c); return nil })
		require.NoError(t, err)
		return ended
	}
	assert.True(t, ends(func(c *client.Client) { c.SubjectType = client.Pairwise }))
	assert.False(t, ends(func(c *client.Client) { c.Name = "Other" }))
	assert.True(t, ends(func(c *client.Client) { c.SubjectType = "" }))
	assert.False(t, ends(func(c *client.Client) { c.SubjectType = client.Public }))
}

type endings struct {
	client.Store

	ended *bool
}

func (e endings) EndUserGrants(ctx context.Context, id string, at time.Time) error {
	*e.ended = true
	return e.Store.EndUserGrants(ctx, id, at)
}

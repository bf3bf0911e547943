package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// figures are those of slots with some edges, summed up: of all, or of one client.
type figures interface {
	Figures(ctx context.Context, edges []statistics.Hour) ([]statistics.Figure, error)
	ClientFigures(ctx context.Context, clientID string, edges []statistics.Hour) ([]statistics.Figure, error)
}

// usage is what happened in the span that a page shows.
type usage struct {
	Span   span
	Spans  []span
	Charts []chart
	// Refusals are the reasons why most requests were refused.
	Refusals []reason
	Refused  int64
	// PartialRefusals: some of them were not counted.
	PartialRefusals bool
	// Demo: some figures are made up.
	Demo bool
}

// reason is why requests were refused. Path is that of what there is to say about it; empty: there is nothing.
type reason struct {
	part

	Path string
}

// mostReasons is how many reasons of refusals are listed.
const mostReasons = 8

func (c *Console) usage(r *http.Request) usage {
	return usage{Span: spanNamed(r.URL.Query().Get("span")), Spans: spans(), Demo: c.Demo}
}

// refused lists why requests were refused.
func (u *usage) refused(c *Console, v *viewer, list []statistics.Figure) {
	sums := map[string]int64{}
	for _, f := range list {
		if f.Series == statistics.Refusals {
			sums[f.Label] += f.Count
			u.Refused += f.Count
		}
	}
	for _, p := range partsOf(sums, mostReasons) {
		one := reason{part: p}
		if c.explains(p.Label) && v.may(audit.ReadScope("errors")) {
			one.Path = wire.Path(explainPath, url.Values{checkNameField: {p.Label}})
		}
		u.Refusals = append(u.Refusals, one)
	}
}

// clientUsage is what happened to a client, for a page that shows times in the zone of now.
func (c *Console) clientUsage(r *http.Request, v *viewer, of *client.Client, now time.Time) (usage, error) {
	u := c.usage(r)
	edges := u.Span.edges(now)
	list, err := c.Figures.ClientFigures(r.Context(), of.ID, edges)
	if err != nil {
		return u, err
	}
	partial := func(s statistics.Series) bool {
		return slices.ContainsFunc(list, func(f statistics.Figure) bool { return f.Series == statistics.Uncounted && f.Label == string(s) })
	}
	shown := []statistics.Series{statistics.Tokens}
	if forPeople(of) {
		shown = []statistics.Series{statistics.SignIns, statistics.RefusedSignIns, statistics.Tokens}
	}
	for _, s := range shown {
		drawn := chartOf(s, u.Span, edges, now.Location(), list, 0)
		drawn.Partial = partial(s)
		u.Charts = append(u.Charts, drawn)
	}
	u.refused(c, v, list)
	u.PartialRefusals = partial(statistics.Refusals)
	u.Demo = u.Demo && before(list, edges, statistics.HourOf(of.CreatedAt))
	return u, nil
}

// before tells whether something was counted in a slot that ended before the hour: in that of the hour itself,
// a client may have been used since.
func before(list []statistics.Figure, edges []statistics.Hour, hour statistics.Hour) bool {
	first, found := slices.BinarySearch(edges, hour)
	if !found {
		first--
	}
	return first > 0 && slices.ContainsFunc(list, func(f statistics.Figure) bool {
		return f.Hour < edges[first] && f.Series != statistics.Uncounted
	})
}

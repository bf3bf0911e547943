package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// figures are those of slots with some edges, summed up.
type figures interface {
	Figures(ctx context.Context, edges []statistics.Hour) ([]statistics.Figure, error)
}

// overview is the first page.
type overview struct {
	shell

	// Concerns are what needs attention.
	Concerns []concern

	Span   span
	Spans  []span
	Charts []chart
	// Refusals are the reasons why most requests were refused.
	Refusals  []reason
	Refused   int64
	Latencies []latency
	// Live is how many sessions are live; Older: at least.
	Live  int
	Older bool
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

func (c *Console) serveOverview(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := overview{shell: c.shell(w, r, v, Path), Span: spanNamed(r.URL.Query().Get("span")), Spans: spans(), Demo: c.Demo}
	now := page.Local(c.now(r))
	edges := page.Span.edges(now)
	present, err := c.Figures.Figures(r.Context(), edges)
	if err != nil {
		return err
	}
	passed := earlierThan(edges, now)
	before, err := c.Figures.Figures(r.Context(), passed.edges)
	if err != nil {
		return err
	}
	for _, of := range []statistics.Series{statistics.SignIns, statistics.RefusedSignIns, statistics.Tokens} {
		page.Charts = append(page.Charts, chartOf(of, page.Span, edges, page.zone, present, passed.total(of, before)))
	}
	if page.Live, page.Older, err = c.Sessions.Live(r.Context()); err != nil {
		return err
	}
	most, refused := reasons(present)
	page.Refused = refused
	for _, p := range most {
		one := reason{part: p}
		if c.explains(p.Label) && v.may(audit.ReadScope("errors")) {
			one.Path = wire.Path(explainPath, url.Values{checkNameField: {p.Label}})
		}
		page.Refusals = append(page.Refusals, one)
	}
	page.Latencies = latencies(present)
	if page.Concerns, err = c.concerns(r.Context(), v, now); err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "overview", page, r.URL.RequestURI())
}

// reasons are the checks that refused the most requests.
func reasons(list []statistics.Figure) (most []part, all int64) {
	sums := map[string]int64{}
	for _, f := range list {
		if f.Series == statistics.Refusals {
			sums[f.Label] += f.Count
			all += f.Count
		}
	}
	for label, n := range sums {
		most = append(most, part{Label: label, Count: n})
	}
	slices.SortFunc(most, func(a, b part) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	return most[:min(len(most), mostReasons)], all
}

package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/statistics"
)

// overview is the first page.
type overview struct {
	shell
	usage

	// Concerns are what needs attention.
	Concerns  []concern
	Latencies []latency
	// Live is how many sessions are live; Older: at least.
	Live  int
	Older bool
}

// At is the page with another span.
func (overview) At(span string) string { return wire.Path(Path, url.Values{"span": {span}}) }

func (c *Console) serveOverview(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := overview{shell: c.shell(w, r, v, Path), usage: c.usage(r)}
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
	page.refused(c, v, present)
	page.Latencies = latencies(present)
	if page.Concerns, err = c.concerns(r.Context(), v, now); err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "overview", page, r.URL.RequestURI())
}

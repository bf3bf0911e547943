package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// brokenPaths lists the paths of operations that are broken within a part, elsewhere than at a hyphen.
const brokenPaths = `[...document.querySelectorAll('.operation > summary code')].flatMap(c => [...c.childNodes]).
	filter(n => n.nodeType == Node.TEXT_NODE && !n.data.includes('-')).filter(n => {
		const r = document.createRange()
		r.selectNodeContents(n)
		return r.getClientRects().length > 1
	}).map(n => n.data)`

// The page that describes the API works without script, in both themes and on a phone.
func TestReferencePage(t *testing.T) {
	t.Parallel()
	s := dev(t)
	got := s.get("/api/v1/docs")
	require.Equal(t, http.StatusOK, got.status)
	assert.Contains(t, got.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'")
	assert.NotContains(t, got.header.Get("Content-Security-Policy"), "unsafe")
	for _, text := range []string{"<script", "style=", " onclick"} {
		assert.NotContains(t, got.body, text)
	}
	for _, op := range s.operations() {
		assert.Contains(t, strings.ReplaceAll(got.body, "<wbr>", ""), "<code>"+op.path+"</code>", "%s %s", op.method, op.path)
	}
	assert.Contains(t, got.body, "1 to 1000; default <code>50</code>", "the parameter limit")
	assert.Contains(t, got.body, "each one of <code>client_credentials</code> ", "the property grant_types")
	w := newWindow(t, s)
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{375, 1280} {
			w.do(chromedp.EmulateViewport(width, 900), prefer(theme), chromedp.Navigate(s.url+"/api/v1/docs"), chromedp.WaitVisible("#reference-page"))
			w.screenshot("reference", theme, width)
			w.do(chromedp.Click("#create-client > summary"), chromedp.WaitVisible("#create-client h4"))
			_ = read(w, chromedp.Evaluate[bool](`document.querySelector('#create-client').scrollIntoView(), true`))
			w.screenshot("reference-operation", theme, width)
			_ = read(w, chromedp.Evaluate[bool](`document.querySelectorAll('details').forEach(d => d.open = true), document.querySelector('#create-client h4:last-of-type').scrollIntoView(), true`))
			w.screenshot("reference-responses", theme, width)
			// Nothing stands out of its box, except for lines of examples, which are scrolled; and a path
			// breaks where one of its parts ends.
			assert.Empty(t, read(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll('main *')].
				filter(e => !e.closest('pre') && getComputedStyle(e).display != 'inline' && e.scrollWidth > e.clientWidth + 1).map(e => e.tagName + ' ' + e.textContent.slice(0, 80))`)), "%s %d", theme, width)
			assert.Empty(t, read(w, chromedp.Evaluate[[]string](brokenPaths)), "%s %d", theme, width)
		}
	}
	// Ids are unique, no heading level is skipped, every link in the page has its target, and a keyboard
	// reaches every operation.
	for what, faults := range map[string]string{
		"repeated ids":  `[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) != i)`,
		"broken links":  `[...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href')).filter(h => !document.getElementById(h.slice(1)))`,
		"heading steps": `[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1]).map((l, i, all) => i && l > all[i-1] + 1 ? 'h' + l : '').filter(x => x)`,
		"unreachable":   `[...document.querySelectorAll('summary')].filter(e => e.tabIndex < 0).map(e => e.textContent)`,
	} {
		assert.Empty(t, read(w, chromedp.Evaluate[[]string](faults)), what)
	}
}

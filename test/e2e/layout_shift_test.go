package e2e_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	// begins ends when the browser has the first row of a page and has painted it, which it tells; or does not for long.
	begins = `new Promise((done) => {
		let rounds = 100;
		const begun = () => document.querySelectorAll('tbody tr').length === 1;
		const look = () => !begun() ? setTimeout(look) : rounds-- ? setTimeout(look, 10) : done(false);
		const painted = () => begun() ? requestAnimationFrame(() => done(true)) : requestAnimationFrame(painted);
		look(), requestAnimationFrame(painted);
	})`
	// shifts ends when the whole page is there, and tells how much of it has moved.
	shifts = `new Promise((done) => {
		let sum = 0;
		const add = (entries) => entries.forEach((e) => sum += e.value), observer = new PerformanceObserver((list) => add(list.getEntries()));
		observer.observe({ type: 'layout-shift', buffered: true });
		const whole = () => requestAnimationFrame(() => requestAnimationFrame(() => { add(observer.takeRecords()); done(sum) }));
		document.readyState === 'complete' ? whole() : addEventListener('load', whole);
	})`
)

// inTwo passes on what a server answers: of a page with a table its first row at first, and all else when rest says so.
// From the pages whose query is "early" it takes what keeps the browser from painting them until then.
func inTwo(t *testing.T, s *server, rest <-chan bool) string {
	t.Helper()
	to, err := url.Parse(s.url)
	require.NoError(t, err)
	app := httptest.NewServer(&httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Header.Set("Accept-Encoding", "identity")
		},
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			if r.Request.URL.RawQuery == "early" {
				body = bytes.ReplaceAll(body, []byte(`blocking="render"`), []byte(`data-early="true"`)) // of the same length
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if head, _, many := bytes.Cut(body, []byte("</tr>\n<tr><th scope=\"row\"")); many {
				r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(head), after(rest), bytes.NewReader(body[len(head):])))
			}
			return nil
		},
	})
	t.Cleanup(app.Close)
	return strings.Replace(app.URL, "127.0.0.1", "localhost", 1)
}

// after is a reader of nothing, whose end comes when its channel says so.
type after <-chan bool

func (a after) Read([]byte) (int, error) {
	<-a
	return 0, io.EOF
}

// goes begins to load a page, and does not wait until it is there.
func (w *window) goes(address string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.Navigate, page.NavigateParams{URL: address})
		return err
	}))
}

// The columns of a table do not move while its rows arrive, however slowly they do.
func TestConsoleIsPaintedWhole(t *testing.T) {
	t.Parallel()
	s := dev(t)
	newUser(t, s.devStore(t), "somebody-with-a-name-that-makes-its-column-wide")
	rest := make(chan bool, 1)
	slow := inTwo(t, s, rest) + "/admin/users"
	t.Cleanup(func() { close(rest) })
	w := newWindow(t, s)
	w.signsIn("/admin", "#console-overview")
	come := func(address string) (early bool, moved float64) {
		w.goes(address)
		early = read(w, chromedp.Evaluate[bool](begins, chromedp.EvalAwaitPromise))
		rest <- true
		return early, read(w, chromedp.Evaluate[float64](shifts, chromedp.EvalAwaitPromise))
	}

	early, moved := come(slow + "?early")
	assert.True(t, early)
	assert.NotZero(t, moved, "what is tested would not be seen")
	early, moved = come(slow)
	assert.False(t, early)
	assert.Zero(t, moved)
}

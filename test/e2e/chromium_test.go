package e2e_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// chromium is the browser of all windows of the package: each start of it takes more than a second of the processor.
type chromium struct {
	mutex sync.Mutex
	ctx   context.Context
	end   func()
}

// browser is started by the first test that needs it, and ended by TestMain.
var browser chromium

// profile returns a context for windows of a profile of its own, which shares neither cookies nor caches nor storage
// with others, and what closes them all.
func (c *chromium) profile(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.ctx == nil || c.ctx.Err() != nil { // it has crashed: this is for the tests that are left
		c.start(t)
	}
	return chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
}

func (c *chromium) start(t *testing.T) {
	t.Helper()
	c.stop()
	directory, err := services.BrowserProfile("gatehouse-chromium-")
	require.NoError(t, err)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(services.Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-back-forward-cache", true), chromedp.UserDataDir(directory))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	c.ctx, c.end = ctx, func() { closeBrowser(); stop(); _ = os.RemoveAll(directory) }
	if err = chromedp.Do(ctx); err != nil {
		c.stop()
	}
	require.NoError(t, err)
}

// stop ends the browser.
func (c *chromium) stop() {
	if c.end != nil {
		c.end()
	}
}

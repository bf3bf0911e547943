package proxy_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
)

// An API must not read another path than the one that was authorized, whatever it does to it.
func TestPathsThatCanBeReadInSeveralWays(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, target := range []string{
		"/open/../admin", "/open/..", "/./admin", "/open/%2e%2e/admin", "/open/.%2e/admin", "/open/%2E%2E/admin",
		"/open%2f..%2fadmin", "/open/..%2fadmin", "/open%2fadmin", "/open%5c..%5cadmin", `/open\..\admin`,
		"/open/%252e%252e/admin", "/open%252fadmin", "/open/%25252e%25252e/admin", "/open/%2525252525252e",
		"/open/..;/admin", "/open/..;x=1/admin", "/open/.;/admin", "/open/..%3b/admin", "/open/..%23/admin", "/open/..%3f/admin",
		"/open/%00", "/open/%0a", "/open/%c0%ae%c0%ae/admin", "*", "http://api.example.test",
		"/open%2fadmin{", "/open%2Fadmin|", "/{/open%2fadmin", "/open%252fadmin{", "/open/%2e%2e/{", "/open%2fadmin\xc3\xa9",
		"/open/..%20/admin", "/open/%20../admin", "/open/.%20./admin", "/open/..%c2%a0/admin", "/open/.%e2%80%8b./admin", "/open/..%20;x/admin",
		"/open/%ef%bc%8e%ef%bc%8e/admin", "/open/%ef%bc%8e./admin", "/open/%e2%80%a4%e2%80%a4/admin", "/open/%e2%80%a5/admin",
		"/open%ef%bc%8f..%ef%bc%8fadmin", "/open%ef%bc%8fadmin", "/open%e2%88%95admin", "/open%ef%bc%bcadmin",
	} {
		response := f.send(target, bearer(f.reader()))
		assert.Equal(t, http.StatusBadRequest, response.StatusCode, target)
		assert.Nil(t, f.received(), target)
	}
}

// What lenient servers take for /admin requires what /admin does.
func TestRoutesMatchWhatServersTakeForTheirPath(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	for _, target := range []string{
		"/admin", "/admin/", "/admin/users", "/ADMIN", "/Admin/users", "//admin", "/admin//users", "///admin/", "/admin;x=1", "/;/admin",
		"/admin.", "/admin%20", "/%61dmin", "/%2561dmin", "/admin%3fx", "/admin%23x", "/admin%3bx", "http://other.example/admin",
		"/admin.json", "/Admin.tar.gz", "/admin%2ejson", "/admin.json/", "/admin.json;x=1",
	} {
		response := f.send(target, bearer(f.reader()))
		assert.Equal(t, http.StatusForbidden, response.StatusCode, target)
		assert.Nil(t, f.received(), target)
	}
	for _, target := range []string{"/administrators", "/x/admin", "/admin2/users", "/open", "/open/", "/open/a", "/a//b", "/100%25", "/a%3bb", "/caf%C3%A9", "/a..b", "/...a", "/a%20..%20b", "/admin.v2/users", "/administrators.json"} {
		response := f.send(target, bearer(f.reader()))
		assert.Equal(t, http.StatusOK, response.StatusCode, target)
		if got := f.received(); assert.NotNil(t, got, target) {
			assert.Equal(t, target, got.RequestURI)
		}
	}
	for target, asked := range map[string]string{"/items/{id}": "/items/%7Bid%7D", "/caf\xc3\xa9": "/caf%C3%A9", "/a|b": "/a%7Cb", "/%25{": "/%25%7B"} {
		assert.Equal(t, http.StatusOK, f.send(target, bearer(f.reader())).StatusCode, target)
		if got := f.received(); assert.NotNil(t, got, target) {
			assert.Equal(t, asked, got.RequestURI, "what should have been encoded is")
		}
	}
}

func TestLongestPrefixCounts(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) {
		c.Routes = routes(t, []string{"read"}, []string{"/a=a b", "/a/b/c=c"}, []string{"/a/b"})
	})
	for target, scope := range map[string]string{"/": `scope="read"`, "/a": `scope="a b"`, "/a/x": `scope="a b"`, "/a/b/c/d": `scope="c"`, "/a/B": `scope="a b"`, "/a/b/C": `scope="c"`} {
		assert.Contains(t, f.send(target).Header.Get("WWW-Authenticate"), scope, target)
	}
	assert.Equal(t, http.StatusOK, f.send("/a/b/x").StatusCode)
}

// What an API is known to have by a name with a dot can have a route of its own.
func TestRoutesWithAnExtension(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) {
		c.Routes = routes(t, []string{"read"}, []string{"/report=report", "/report.csv=export", "/a/b=deep"}, []string{"/report.txt"})
	})
	for target, scope := range map[string]string{
		"/report": `scope="report"`, "/report.pdf": `scope="report"`, "/report.csv": `scope="export"`, "/report.csv.gz": `scope="export"`, "/report.CSV": `scope="export"`,
		"/report.TXT": `scope="report"`, "/a/b.json": `scope="deep"`, "/a.json/b": `scope="read"`, "/a.json": `scope="read"`,
	} {
		assert.Contains(t, f.send(target).Header.Get("WWW-Authenticate"), scope, target)
	}
	assert.Equal(t, http.StatusOK, f.send("/report.txt").StatusCode)
}

func TestRoutesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ require, prefixes, public []string }{
		"no scope":            {nil, []string{"/admin="}, nil},
		"no equals sign":      {nil, []string{"/admin"}, nil},
		"an empty scope":      {[]string{""}, nil, nil},
		"two scopes in one":   {[]string{"a b"}, nil, nil},
		"a quote":             {[]string{`a"b`}, nil, nil},
		"no path":             {nil, []string{"admin=a"}, nil},
		"dots":                {nil, nil, []string{"/a/../b"}},
		"an escape":           {nil, nil, []string{"/a%20b"}},
		"two for one path":    {nil, []string{"/admin=a"}, []string{"/Admin/"}},
		"two for every path":  {[]string{"a"}, []string{"/=b"}, nil},
		"public and required": {[]string{"a"}, nil, []string{"/"}},
	} {
		_, err := proxy.ParseRoutes(tc.require, tc.prefixes, tc.public)
		assert.Error(t, err, name)
	}
	list, err := proxy.ParseRoutes(nil, nil, nil)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	assert.False(t, list[0].Public, "without settings a token is required")
}

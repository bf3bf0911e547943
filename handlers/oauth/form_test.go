package oauth

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func post(target, contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

func TestReadFormReadsEachParameterOnce(t *testing.T) {
	t.Parallel()
	r := post("/?scope=from-the-query&x=1", wire.FormType+"; charset=UTF-8", "grant_type=client_credentials&scope=a+b&audience=x&audience=y&resource=p&resource=q&empty=&utm=1&utm=2&username=a;b=c")
	form, err := readForm(r)
	require.NoError(t, err)
	assert.Equal(t, url.Values{"grant_type": {"client_credentials"}, "scope": {"a b"}, "audience": {"x", "y"}, "resource": {"p", "q"}, "utm": {"1", "2"}, "username": {"a;b=c"}}, form, "the query is not mixed in")
}

func TestReadFormRefusesWhatTwoReadersWouldReadDifferently(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		r     *http.Request
		check refusal.Check
	}{
		"twice":            {post("/", wire.FormType, "code=1&code=2"), refusal.CheckDuplicate},
		"twice, one empty": {post("/", wire.FormType, "code=1&code="), refusal.CheckDuplicate},
		"scope twice":      {post("/", wire.FormType, "scope=a&scope=b"), refusal.CheckDuplicate},
		"bad percent":      {post("/", wire.FormType, "a=%4"), refusal.CheckFormEncoding},
		"broken UTF-8":     {post("/", wire.FormType, "a=%c3%28"), refusal.CheckFormEncoding},
		"broken name":      {post("/", wire.FormType, "%ff=1"), refusal.CheckFormEncoding},
		"NUL":              {post("/", wire.FormType, "a=%00"), refusal.CheckFormEncoding},
		"JSON":             {post("/", "application/json", "{}"), refusal.CheckContentType},
		"multipart":        {post("/", "multipart/form-data; boundary=x", "--x--"), refusal.CheckContentType},
		"no type":          {post("/", "", "a=1"), refusal.CheckContentType},
		"secret in query":  {post("/?client_secret=x", wire.FormType, "a=1"), refusal.CheckQuerySecret},
		"token in query":   {post("/?a=b&token=x", wire.FormType, "a=1"), refusal.CheckQuerySecret},
	} {
		var r *refusal.Refusal
		_, err := readForm(tc.r)
		require.ErrorAs(t, err, &r, name)
		assert.Equal(t, tc.check, r.Check, name)
		assert.GreaterOrEqual(t, r.HTTPStatus(), 400, name)
		assert.Less(t, r.HTTPStatus(), 500, name)
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add("", wire.FormType, "grant_type=client_credentials")
	f.Add("token=x", wire.FormType, "a=1&a=2")
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		r := post("/", contentType, body)
		r.URL.RawQuery = query
		form, err := readForm(r)
		if err != nil {
			return
		}
		for name, values := range form {
			require.NoError(t, oauth.OnlyOnce(name, values))
			assert.NotContains(t, values, "")
		}
	})
}

func TestDocumentsCanBeKeptAndAskedForAgain(t *testing.T) {
	t.Parallel()
	serve := Discovery([]byte(`{"issuer":"x"}`))
	first := httptest.NewRecorder()
	require.NoError(t, serve(first, httptest.NewRequest(http.MethodGet, "/", nil)))
	assert.Equal(t, "public, max-age=300", first.Header().Get("Cache-Control"))
	assert.Equal(t, "application/json", first.Header().Get("Content-Type"))
	again := httptest.NewRequest(http.MethodGet, "/", nil)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	second := httptest.NewRecorder()
	require.NoError(t, serve(second, again))
	assert.Equal(t, http.StatusNotModified, second.Code)
	assert.Empty(t, second.Body.String())
}

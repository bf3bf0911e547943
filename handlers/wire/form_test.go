package wire_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

func TestFormReadsTheBodyAlone(t *testing.T) {
	t.Parallel()
	for kind, accepted := range map[string]bool{
		wire.FormType: true, wire.FormType + "; charset=ISO-8859-1": true, "Application/X-WWW-Form-Urlencoded": true,
		"application/json": false, "": false, "multipart/form-data; boundary=x": false, wire.FormType + "x": false,
		wire.FormType + ";": true, wire.FormType + "; charset=": false, wire.FormType + "; charset=utf-8; charset=utf-16": false,
		wire.FormType + ", application/json": false, "text/plain": false,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?a=query", strings.NewReader("a=body&b=1;2"))
		r.Header.Set("Content-Type", kind)
		form, err := wire.Form(r)
		if accepted {
			require.NoError(t, err, kind)
			assert.Equal(t, url.Values{"a": {"body"}, "b": {"1;2"}}, form)
			continue
		}
		var refused *refusal.Refusal
		require.ErrorAs(t, err, &refused, kind)
		assert.Equal(t, refusal.CheckContentType, refused.Check)
		assert.Equal(t, http.StatusUnsupportedMediaType, refused.HTTPStatus())
	}
}

func TestMalformedParametersAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a=%4", "a=%c3%28", "%ff=1", "a=%00"} {
		post := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(text))
		post.Header.Set("Content-Type", wire.FormType)
		_, fromBody := wire.Form(post)
		_, fromQuery := wire.Query(&http.Request{URL: &url.URL{RawQuery: text}})
		for _, err := range []error{fromBody, fromQuery} {
			var refused *refusal.Refusal
			require.ErrorAs(t, err, &refused, text)
			assert.Equal(t, refusal.CheckFormEncoding, refused.Check)
		}
	}
	_, err := wire.Query(&http.Request{URL: &url.URL{RawQuery: "a=" + strings.Repeat("x", wire.MaxQuery)}})
	assert.Error(t, err)
}

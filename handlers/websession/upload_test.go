package websession_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// upload is a form with a token and a file of so many bytes.
func upload(t *testing.T, token string, size int) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	require.NoError(t, w.WriteField(websession.TokenField, token))
	part, err := w.CreateFormFile("picture", "../../x.png")
	require.NoError(t, err)
	_, err = part.Write(bytes.Repeat([]byte{'x'}, size))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return body, w.FormDataContentType()
}

func TestUploads(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := httptest.NewRecorder()
	token := f.UserToken(w, f.request(t.Context(), ""), provider.ID{1})
	f.keep(w)
	send := func(origin, token string, size int) ([]byte, error) {
		body, kind := upload(t, token, size)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, issuer+"/account/picture", body)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", origin)
		for _, c := range f.cookies {
			r.AddCookie(c)
		}
		values, file, err := f.ReadUpload(r, provider.ID{1}, "picture", 100)
		if err == nil {
			assert.Equal(t, token, values.Get(websession.TokenField))
		}
		return file, err
	}
	file, err := send(issuer, token, 100)
	require.NoError(t, err)
	assert.Len(t, file, 100)
	file, err = send(issuer, token, 0)
	require.NoError(t, err)
	assert.Empty(t, file)
	_, err = send(issuer, token, 101)
	require.ErrorIs(t, err, websession.ErrFileSize)
	_, err = send(issuer, strings.Repeat("x", 5000), 1)
	require.Error(t, err, "a field that is too long")
	file, err = send("null", token, 1)
	require.NoError(t, err)
	assert.Len(t, file, 1)
	for name, token := range map[string]string{"none": "", "of another user": f.UserToken(w, f.request(t.Context(), ""), provider.ID{2}), "of another page": f.FormToken(w, f.request(t.Context(), ""))} {
		_, err = send(issuer, token, 1)
		require.ErrorIs(t, err, websession.ErrOtherUser, name)
	}
	for _, foreign := range []string{"https://evil.example", "null"} {
		var r *refusal.Refusal
		_, err = send(foreign, "", 1)
		require.ErrorAs(t, err, &r)
		assert.Equal(t, refusal.CheckCrossSite, r.Check)
	}
}

func TestUploadsThatAreNone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	many, kind := &bytes.Buffer{}, ""
	parts := multipart.NewWriter(many)
	for range 11 {
		require.NoError(t, parts.WriteField("a", "b"))
	}
	kind = parts.FormDataContentType()
	require.NoError(t, parts.Close())
	for name, tc := range map[string]struct{ kind, body string }{
		"a form":         {"application/x-www-form-urlencoded", "a=b"},
		"no boundary":    {"multipart/form-data", "x"},
		"cut off":        {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"},
		"too many parts": {kind, many.String()},
		"another type":   {"multipart/mixed; boundary=x", "--x--\r\n"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, issuer+"/account/picture", strings.NewReader(tc.body))
		r.Header.Set("Content-Type", tc.kind)
		r.Header.Set("Origin", issuer)
		_, _, err := f.ReadUpload(r, provider.ID{1}, "picture", 100)
		assert.Error(t, err, name)
	}
}

package ownaccount_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/ownaccount"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/picture"
)

// upload sends a file from the page of the profile.
func (b *browser) upload(content []byte) *httptest.ResponseRecorder {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(b.t, form.WriteField("page", b.token()))
	part, err := form.CreateFormFile("picture", "me.png")
	require.NoError(b.t, err)
	_, err = part.Write(content)
	require.NoError(b.t, err)
	require.NoError(b.t, form.Close())
	r := b.request(http.MethodPost, "/account/picture", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Origin", issuer)
	return b.send(r)
}

func TestPicture(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	alice := f.signIn(u)
	for problem, content := range map[string][]byte{"or it is damaged": []byte("<svg/>"), "too large": make([]byte, picture.MaxUpload+1)} {
		w := alice.upload(content)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
		assert.Contains(t, w.Body.String(), `id="picture-problem"`)
		assert.Contains(t, w.Body.String(), problem)
	}
	var drawn bytes.Buffer
	require.NoError(t, png.Encode(&drawn, image.NewRGBA(image.Rect(0, 0, 8, 8))))
	page := alice.done(alice.upload(drawn.Bytes()))
	assert.Contains(t, page, "Your picture was saved.")
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	path := strings.TrimPrefix(kept.Profile.Picture, issuer)
	assert.Contains(t, page, `src="`+path+`"`)

	// Whoever has the URL sees it, and nobody can guess it.
	nobody := &browser{f, map[string]*http.Cookie{}}
	w := nobody.open(path)
	assert.Equal(t, []string{"image/jpeg", "public, max-age=31536000, immutable"}, []string{w.Header().Get("Content-Type"), w.Header().Get("Cache-Control")})
	assert.Contains(t, w.Header().Get("Content-Security-Policy"), "sandbox")
	again := nobody.request(http.MethodGet, path, http.NoBody)
	again.Header.Set("If-None-Match", w.Header().Get("ETag"))
	assert.Equal(t, http.StatusNotModified, nobody.send(again).Code)
	for _, other := range []string{"/pictures/" + u.ID.String() + ".jpg", "/pictures/" + strings.Repeat("0", 32) + ".jpg", strings.TrimSuffix(path, ".jpg"), path + "x", "/pictures/x.jpg"} {
		assert.Equal(t, http.StatusTeapot, nobody.open(other).Code, other)
	}

	var data struct{ Picture struct{ Body []byte } }
	require.NoError(t, json.Unmarshal(alice.post("/account/data", url.Values{}).Body.Bytes(), &data))
	assert.Equal(t, w.Body.Bytes(), data.Picture.Body)

	alice.done(alice.upload(drawn.Bytes()))
	assert.Equal(t, http.StatusTeapot, nobody.open(path).Code, "another picture has another URL")
	alice.done(alice.post("/account/picture/remove", url.Values{}))
	kept, err = f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Empty(t, kept.Profile.Picture)
}

// uploading has another browser upload a picture when the profile is saved.
type uploading struct {
	*account.SelfService

	url string
}

func (u uploading) ChangeProfile(ctx context.Context, user provider.ID, become func(p *account.Profile)) (*account.User, error) {
	if _, err := u.ChangePicture(ctx, user, func(context.Context) (string, error) { return u.url, nil }); err != nil {
		return nil, err
	}
	return u.SelfService.ChangeProfile(ctx, user, become)
}

// The form of the profile has no picture, and does not bring the former one back.
func TestSavingTheProfileKeepsThePicture(t *testing.T) {
	const shown = issuer + "/pictures/0123456789abcdef0123456789abcdef.jpg"
	f := newFixture(t, func(c *ownaccount.Config) {
		people, ok := c.Profiles.(*account.SelfService)
		require.True(t, ok)
		c.Profiles = uploading{people, shown}
	})
	u := f.user("alice")
	b := f.signIn(u)
	form := url.Values{"page": {value(t, b.open("/account/profile").Body.String(), "page")}, "nickname": {"Al"}}
	b.done(b.post("/account/profile", form))
	kept, err := f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, account.Profile{Nickname: "Al", Picture: shown}, kept.Profile)
}

package websession

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

func (h *deviceFixture) gives(t *testing.T, u *account.User) {
	t.Helper()
	w := httptest.NewRecorder()
	h.RememberFactor(w, h.request(), u)
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	h.cookie = cookies[0]
}

// factorsOf lists whose factors the browser has, of users 1 to 5 as they are.
func (h *deviceFixture) factorsOf() (users []byte) {
	for n := byte(1); n <= 5; n++ {
		if len(h.Given(h.request(), &account.User{ID: provider.ID{n}, Generation: 1}, "pwd")) == 2 {
			users = append(users, n)
		}
	}
	return users
}

func remembered(n byte) *account.User { return &account.User{ID: provider.ID{n}, Generation: 1} }

// The people of a household do not have each other asked again.
func TestABrowserRemembersTheFactorsOfAHousehold(t *testing.T) {
	t.Parallel()
	h := newDeviceFixture(t)
	h.Remember = 24 * time.Hour
	for n := byte(1); n <= 3; n++ {
		h.gives(t, remembered(n))
		h.now = h.now.Add(time.Hour)
	}
	assert.Equal(t, []byte{1, 2, 3}, h.factorsOf())
	h.gives(t, remembered(1))
	assert.Equal(t, []byte{1, 2, 3}, h.factorsOf(), "once for each")
	h.gives(t, remembered(4))
	assert.Equal(t, []byte{1, 3, 4}, h.factorsOf(), "and not of everybody who was here")

	changed := remembered(3)
	changed.Generation++
	assert.Equal(t, []string{"pwd"}, h.Given(h.request(), changed, "pwd"), "after a change of the account")
	h.now = h.now.Add(23 * time.Hour) // a day after the third
	assert.Equal(t, []byte{1, 4}, h.factorsOf(), "each for its own time")
	h.gives(t, remembered(2))
	h.now = h.now.Add(time.Hour)
	assert.Equal(t, []byte{2}, h.factorsOf(), "what others give does not make it longer")
	h.cookie.Value += "x"
	assert.Empty(t, h.factorsOf())
}

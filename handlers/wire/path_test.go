package wire_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

func TestPathLeavesOutWhatIsEmpty(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "/login", wire.Path("/login", nil))
	assert.Equal(t, "/login", wire.Path("/login", url.Values{"flow": {""}, "ui_locales": nil}))
	assert.Equal(t, "/login?flow=a&ui_locales=de+fr", wire.Path("/login", url.Values{"flow": {"a"}, "ui_locales": {"de fr"}, "login_hint": {""}}))
}

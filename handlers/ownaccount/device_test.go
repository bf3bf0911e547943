package ownaccount

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestDeviceHasNoWordOfALanguage(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Firefox, Linux", device(session.Browser{UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}))
	assert.Empty(t, device(session.Browser{}))
}

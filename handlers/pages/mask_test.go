package pages_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

func TestMaskedAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"alice@example.com": "a***@e***.com", "a@b.co.uk": "a***@b***.uk", "jörg@münchen.example": "j***@m***.example", "éva@example.com": "é***@e***.com",
		"root@localhost": "r***@l***", "": "", "nobody": "",
	} {
		assert.Equal(t, want, pages.Masked(address), address)
	}
}

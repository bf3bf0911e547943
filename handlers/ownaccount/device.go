package ownaccount

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

// device is what a browser says about itself, such as "Firefox, Linux": without a word of any language.
func device(b session.Browser) string { return strings.Replace(b.Device(), " on ", ", ", 1) }

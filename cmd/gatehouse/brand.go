package main

import (
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// pages are the pages of this server.
func (c *config) pages() (*pages.Set, error) {
	return pages.New(pages.Settings{Dev: c.Dev, LanguageCookie: websession.LanguageCookie(c.Issuer)})
}

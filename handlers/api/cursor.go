package api

import (
	"encoding/base64"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Page are the parameters of a list.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"200" doc:"Continues a list: next_cursor of the page before"`
}

// seal is the cursor after the given position of a list; empty: there is no next page. It is
// sealed, so that it stays opaque and no position can be made up.
func (a *API) seal(list, position string) string {
	return base64.RawURLEncoding.EncodeToString(a.Cursors.SealFor([]byte(list), []byte(position)))
}

// open is the position of a cursor of a list; empty for the first page.
func (a *API) open(list, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil {
		var position []byte
		if position, err = a.Cursors.OpenFor([]byte(list), sealed); err == nil {
			return string(position), nil
		}
	}
	return "", invalid("cursor", "is not one of this list")
}

// openID is open for lists by id.
func (a *API) openID(list, cursor string) (id provider.ID, err error) {
	position, err := a.open(list, cursor)
	if err != nil || position == "" {
		return id, err
	}
	return provider.ParseID(position)
}

// next is the cursor after the last of a full page; the position is that of its last element.
func (a *API) next(list string, count, limit int, position func() string) string {
	if count < limit {
		return ""
	}
	return a.seal(list, position())
}

// paged is a page of a list: what was read, as JSON has it, and the cursor after the last one, by its position.
func paged[T, Shown any](a *API, list string, limit int, found []T, show func(T) Shown, position func(T) string) (shown []Shown, next string) {
	shown = make([]Shown, len(found))
	for i, one := range found {
		shown[i] = show(one)
	}
	return shown, a.next(list, len(found), limit, func() string { return position(found[len(found)-1]) })
}

// after is the cursor after an element; zero: there is no next page.
func (a *API) after(list string, last provider.ID) string {
	if last.IsZero() {
		return ""
	}
	return a.seal(list, last.String())
}

// optionalID reads an id that may be missing.
func optionalID(text, field string) (id provider.ID, err error) {
	if text == "" {
		return id, nil
	}
	if id, err = provider.ParseID(text); err != nil || id.IsZero() { // which would select everything
		return id, invalid(field, "is not an id")
	}
	return id, nil
}

func idOrEmpty(id provider.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

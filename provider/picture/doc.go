// Package picture owns the pictures that users upload for their profile.
//
// An upload is decoded within bounds, cut to a square and written anew: what is stored and served to others is
// pixels, without the place and the device that a camera writes beside them, and nothing that a browser could take
// for a page.
//
//	Square      an upload as the square that is kept
//	Registry    stores the picture of a user and finds one by the id of its URL
//
// The id of a picture is random: it cannot be guessed from the user, and a new picture has a new URL, so that a copy
// never changes. Whoever has the URL sees the picture, as with the picture claim anywhere (OpenID Connect Core
// section 5.1).
//
// The package writes no HTTP, and does not know the profile in which the URL stands.
package picture

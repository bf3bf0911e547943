// Package settings owns what applications need to sign people in with this server: the settings of common libraries
// and products, made from the registration of a client. It knows their documented keys, and what each needs to be
// registered for; it does not know secrets, and changes nothing.
//
// Each product is one file, with its templates in the folder of the same name.
package settings

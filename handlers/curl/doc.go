// Package curl owns the commands that pages for developers show: a request to an endpoint, as one to paste
// into a shell.
//
// It sends nothing.
package curl

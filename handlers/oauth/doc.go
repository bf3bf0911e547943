// Package oauth owns the protocol endpoints, one file each: it reads a request once
// into a form, hands it to provider/oauth and writes the answer.
//
// It decides nothing. An endpoint returns an error instead of writing one; the renderer
// of package handlers answers, logs and counts it.
package oauth

package main

import "github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"

// The suite has a browser, which does what a configuration says for the address that it is sent to. The pages
// are found by the ids and names on them that scripts can rely on.

// command is one step on a page, such as click, id, login-submit.
type command []any

// task is what to do while the browser is at an address that matches.
type task struct {
	Name     string    `json:"task"`
	Match    string    `json:"match"`
	Optional bool      `json:"optional,omitempty"` // passed over where the address does not match
	Commands []command `json:"commands,omitempty"`
}

// script is what to do when the browser is sent to an address that matches.
type script struct {
	Match string `json:"match"`
	Tasks []task `json:"tasks"`
}

// browser writes scripts for a provider.
type browser struct{ issuer string }

// Whether a step may find nothing, and whether what it finds is kept for a person to look at.
const (
	optional      = "optional"
	keep          = "update-image-placeholder"
	keepIfWanted  = "update-image-placeholder-optional"
	secondsToWait = 10
)

// shows waits for a page by its marker, and keeps it.
func shows(marker, action string) command {
	return command{"wait", "id", marker, secondsToWait, ".", action}
}

func (b browser) login(first ...command) task {
	return task{"sign in", b.issuer + "/*", true, append(first,
		command{"text", "name", "username", conformance.Username, optional},
		command{"text", "name", "password", conformance.Password, optional},
		command{"click", "id", "login-submit", optional},
	)}
}

// goOn leaves the page for an error that is for a client which registered itself.
func (b browser) goOn() task {
	return task{"go on", b.issuer + "/*", true, []command{{"click", "id", "return-continue", optional}}}
}

func (b browser) consent() task {
	return task{"consent", b.issuer + "/*", true, []command{{"click", "id", "consent-accept"}}}
}

// callback waits until the suite has the answer.
func (b browser) callback() task {
	return task{"back at the suite", "*/test/*/callback*", false, []command{{"wait", "id", "submission_complete", secondsToWait}}}
}

// signIn goes through the pages that appear.
func (b browser) signIn() script {
	return script{b.issuer + "/oauth/authorize*", []task{b.goOn(), b.login(), b.consent(), b.callback()}}
}

// signInAgain is signIn for modules that want a picture of the second sign-in.
func (b browser) signInAgain() script {
	return script{b.issuer + "/oauth/authorize*", []task{b.goOn(), b.login(shows("login-page", keepIfWanted)), b.consent(), b.callback()}}
}

// page expects a page at once, and keeps it.
func (b browser) page(marker string) script {
	return script{b.issuer + "/oauth/authorize*", []task{{"look", b.issuer + "/*", false, []command{shows(marker, keep)}}}}
}

func (b browser) confirm() task {
	return task{"confirm", b.issuer + "/*", true, []command{{"click", "id", "logout-confirm", optional}}}
}

// signOut goes back to the suite.
func (b browser) signOut() script {
	return script{b.issuer + "/oauth/logout*", []task{b.confirm(), {"back at the suite", "*/test/*/post_logout_redirect*", false, nil}}}
}

// signedOut confirms, and keeps the page after it.
func (b browser) signedOut() script {
	return script{b.issuer + "/oauth/logout*", []task{b.confirm(), {"look", b.issuer + "/*", false, []command{shows("logged-out", keep)}}}}
}

// signOutPage expects a page at once instead of a way back, and keeps it.
func (b browser) signOutPage(marker string) script {
	return script{b.issuer + "/oauth/logout*", []task{{"look", b.issuer + "/*", false, []command{shows(marker, keep)}}}}
}

package pages

// Application is the one that a person is on the way to; zero: none, the page was opened on its own.
type Application struct {
	// Client is its name. Logo is a path on this server, or empty; the other links are its own.
	Client, Logo, PolicyURI, TOSURI string
}

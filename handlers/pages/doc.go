// Package pages owns what users see: the HTML templates, the stylesheet, the images and the texts.
//
// All of it is embedded. Pages work without JavaScript, load nothing from other hosts and have no
// inline style or script, so the Content-Security-Policy can forbid both. The stylesheet and the
// images are served under a URL with a checksum and may be cached forever.
//
// # Languages
//
// A file in messages is a language: its name is the tag (BCP 47), "language" what its speakers call
// it, and "dates" the locale of its dates. To add one, add the file; the tests say which texts are
// missing, unused or have other placeholders than in English. Templates contain no text:
//
//	{{t "login.title"}}
//	{{t "signed_in_as" "user" (strong .Username)}}   "You are signed in as {user}."
//	{{t "error.wait" "wait" (wait .Wait)}}           "Try again {wait}.", where wait is "in 3 minutes"
//
// A sentence is one text with placeholders, never put together from parts: languages order them
// differently. A text with a number is an object of plural forms (CLDR), chosen by {count}.
//
// The handler determines the language once for each request, and writes the page in it:
//
//	in := set.For(r, request.UILocales...)
//	return in.Login(w, http.StatusOK, pages.Login{...})
//
// The footer of a page is the form for choosing the language, which POST /language of package
// browser receives. It leads on with the flow, or to a path that shows the page by a GET; each page
// says which.
//
// # Adding a page
//
// Take the sign-in page as the pattern:
//
//   - login.go: a struct with what the page shows, and a method of Localized that writes it. A page
//     with a form of its own uses writeForm, others write; the last argument says where the choice
//     of a language leads.
//   - templates/login.html: the templates "title" and "main". Add the name to peoplesPages.
//   - messages/*.json: its texts, in every language.
//   - pages_test.go: everyPage writes it, with hostile values; every test then looks at it in every
//     language.
//
// Pages for developers (the demo application, the playground, the messages and the API reference) are methods of Set, and in
// English.
//
// # Errors
//
// The explanations of errors are in provider/refusal, in English. Other languages have those that
// people see in their messages, as refusal.CHECK.title, .explanation and .hint; what they do not have
// is shown in English, and marked as such. The description of the protocol's response stays English.
//
// The package does not route, log or decide which page is shown.
package pages

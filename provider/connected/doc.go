// Package connected owns what people see of the applications that have access to their account, and how they end
// it: which scopes, since when, how it is used, and a signed receipt of the end.
//
//	App         one application with access, as its user sees it
//	Registry    lists the applications of a user and ends one of them
//	Receipts    signs what ended, for the user to keep
//
// An application is connected as long as a consent is remembered or a grant lives. The counts are those of the
// database's triggers (migration 00038): no request writes them.
//
// The package owns neither consents nor grants (packages consent and grant do), and writes no HTTP.
package connected

// Package conformance names what a server has that is started for the OpenID Foundation's
// conformance suite: the person whom the suite signs in, and the clients that it acts as. "gatehouse
// serve --conformance" makes them, and the runner in test/conformance writes them into the suite's
// configurations.
//
// All of it is public: passwords, secrets and private keys stand in this repository. It does not open
// a database, and knows nothing of the suite's plans.
package conformance

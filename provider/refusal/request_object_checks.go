package refusal

// requestObjectEntries are those of authorization requests that come as a request object (RFC 9101).
func requestObjectEntries() map[Check]Entry {
	return map[Check]Entry{
		CheckObject: {
			"Malformed request object",
			"The request object is not a signed JWT that can be read: its form, its typ or its size is wrong, a claim is there twice, or request and request_uri came together.",
			"Send one of request and request_uri: a JWT of at most 16 KiB with the typ oauth-authz-req+jwt (RFC 9101 section 4).",
			"The application must change what it sends.",
		},
		CheckObjectSignature: {
			"Request object not verified",
			"The request object is not signed with an algorithm that is allowed for this client, or no key of the client verifies the signature.",
			"Sign with RS256, PS256, ES256 or EdDSA, and register the public key, with the same kid if there is one. Unsigned request objects are not accepted.",
			"`gatehouse client get ID` shows where the client's keys come from, and whether it is registered for one algorithm alone.",
		},
		CheckObjectEncryption: {
			"Request object not decrypted",
			"The request object is encrypted, and this server cannot decrypt it.",
			"Encrypt to a key of this server's key set with use enc, by one of request_object_encryption_alg_values_supported and request_object_encryption_enc_values_supported in its metadata, without compression. Fetch the key set again: the keys change.",
			"GATEHOUSE_REQUEST_OBJECTS turns encrypted ones on with encrypted. The client may be registered for one algorithm alone: `gatehouse client get ID`.",
		},
		CheckObjectClaims: {
			"Wrong claims in the request object",
			"iss must be the client_id and aud the issuer; client_id, response_type and scope must not differ from those beside the object; a parameter in it must have the right type, and request, request_uri and the client_id as sub must not be in it.",
			"Put every parameter of the request into the object, set iss to the client_id and aud to the issuer of this server's metadata.",
			"The application must change what it signs.",
		},
		CheckObjectTime: {
			"Request object not valid at this time",
			"The request object has expired, or is valid or was issued in the future only.",
			"Make a new request object for each request, with exp some minutes ahead.",
			"Compare the clocks of the application and of this server.",
		},
		CheckObjectRequired: {
			"Signed request required",
			"The request came as plain parameters, and this client must send a signed request object (RFC 9101).",
			"Send the request as a request object, in request or request_uri.",
			"The client is registered with require_signed_request_object. GATEHOUSE_REQUEST_OBJECTS must turn request objects on.",
		},
		CheckRequestURI: {
			"Request URI not registered",
			"The request_uri is not registered for the client. It must match exactly; only its fragment may differ.",
			"Register the https URL in request_uris, or send the object itself in request.",
			"`gatehouse client update ID --add-request-uri URI`, if it belongs to the application.",
		},
		CheckRequestURIFetch: {
			"Request object not available",
			"The request object could not be fetched from the request_uri of the client.",
			"Check that the URL is reachable from this server over https and responds with status 200 and a request object of at most 16 KiB within five seconds, without a redirect.",
			"The log has the cause. A private address must be named in GATEHOUSE_OUTBOUND_ALLOW, or in GATEHOUSE_CLIENT_REGISTRATION_OUTBOUND_ALLOW for a client that registered itself.",
		},
	}
}

PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE migrations (
			num integer not null,
			at timestamp not null
		);
CREATE TABLE client (
				id text not null primary key,
				secret text not null,
				redirect_uris blob not null, -- JSON array of strings
				trusted_peers blob not null, -- JSON array of strings
				public integer not null,
				name text not null,
				logo_url text not null
			, allowed_connectors blob, mfa_chain blob, post_logout_redirect_uris blob, sso_shared_with blob, backchannel_logout_uri text not null default '', refresh_token_lifetime text not null default '');
INSERT INTO client VALUES('stored-web','stored-web-secret-0123456789abcdef01',X'5b2268747470733a2f2f73746f7265642e6578616d706c652e636f6d2f63616c6c6261636b225d',X'6e756c6c',0,'Stored web','https://stored.example.com/logo.png',X'6e756c6c',X'6e756c6c',X'6e756c6c',X'6e756c6c','','');
INSERT INTO client VALUES('stored-cli','',X'5b22687474703a2f2f3132372e302e302e312f63616c6c6261636b225d',X'6e756c6c',1,'Stored CLI','',X'6e756c6c',X'6e756c6c',X'6e756c6c',X'6e756c6c','','');
INSERT INTO client VALUES('stored-oob','',X'5b2275726e3a696574663a77673a6f617574683a322e303a6f6f62225d',X'6e756c6c',1,'Stored out of band','',X'6e756c6c',X'6e756c6c',X'6e756c6c',X'6e756c6c','','');
CREATE TABLE auth_request (
				id text not null primary key,
				client_id text not null,
				response_types blob not null, -- JSON array of strings
				scopes blob not null,         -- JSON array of strings
				redirect_uri text not null,
				nonce text not null,
				state text not null,
				force_approval_prompt integer not null,

				logged_in integer not null,

				claims_user_id text not null,
				claims_username text not null,
				claims_email text not null,
				claims_email_verified integer not null,
				claims_groups blob not null, -- JSON array of strings

				connector_id text not null,
				connector_data blob,

				expiry timestamp not null
			, claims_preferred_username text not null default '', code_challenge text not null default '', code_challenge_method text not null default '', hmac_key blob, mfa_validated integer not null default 0, prompt text not null default '', max_age integer not null default -1, auth_time timestamp not null default '1970-01-01 00:00:00', webauthn_session_data blob);
CREATE TABLE auth_code (
				id text not null primary key,
				client_id text not null,
				scopes blob not null, -- JSON array of strings
				nonce text not null,
				redirect_uri text not null,

				claims_user_id text not null,
				claims_username text not null,
				claims_email text not null,
				claims_email_verified integer not null,
				claims_groups blob not null, -- JSON array of strings

				connector_id text not null,
				connector_data blob,

				expiry timestamp not null
			, claims_preferred_username text not null default '', code_challenge text not null default '', code_challenge_method text not null default '', auth_time timestamp not null default '1970-01-01 00:00:00', session_id text not null default '');
CREATE TABLE refresh_token (
				id text not null primary key,
				client_id text not null,
				scopes blob not null, -- JSON array of strings
				nonce text not null,

				claims_user_id text not null,
				claims_username text not null,
				claims_email text not null,
				claims_email_verified integer not null,
				claims_groups blob not null, -- JSON array of strings

				connector_id text not null,
				connector_data blob
			, token text not null default '', created_at timestamp not null default '0001-01-01 00:00:00 UTC', last_used timestamp not null default '0001-01-01 00:00:00 UTC', claims_preferred_username text not null default '', obsolete_token text default '');
CREATE TABLE password (
				email text not null primary key,
				hash blob not null,
				username text not null,
				user_id text not null
			, preferred_username text not null default '', groups blob not null default '[]', name text not null default '', email_verified integer);
INSERT INTO password VALUES('margaret@example.com',X'243261243130243336727076755853426673395356584867414336776536374f644e675474747574656871495a433835776c37636739426c59414c47','margaret','0f5e2a8c-1111-4a7b-9c4d-0123456789ab','',X'6e756c6c','',NULL);
INSERT INTO password VALUES('katherine@example.com',X'24326124313024425670316538706d5559305a754c705639675957467532725a71637554333466332e52744b2e427342645372487061317950437832','Katherine Fixture','kj-7','',X'6e756c6c','',NULL);
CREATE TABLE keys (
				id text not null primary key,
				verification_keys blob not null, -- JSON array
				signing_key blob not null,       -- JSON object
				signing_key_pub blob not null,   -- JSON object
				next_rotation timestamp not null
			);
CREATE TABLE offline_session (
				user_id text not null,
				conn_id text not null,
				refresh blob not null, connector_data blob,
				PRIMARY KEY (user_id, conn_id)
			);
CREATE TABLE connector (
				id text not null primary key,
				type text not null,
				name text not null,
				resource_version text not null,
				config blob
			, grant_types blob);
CREATE TABLE device_request (
				user_code text not null primary key,
				device_code text not null,
				client_id text not null,
				client_secret text ,
				scopes blob not null, -- JSON array of strings
				expiry timestamp not null
			);
CREATE TABLE device_token (
				device_code text not null primary key,
				status text not null,
				token blob,
				expiry timestamp not null,
				last_request timestamp not null,
                poll_interval integer not null
			, code_challenge text not null default '', code_challenge_method text not null default '');
CREATE TABLE user_identity (
				user_id text not null,
				connector_id text not null,
				claims_user_id text not null,
				claims_username text not null,
				claims_preferred_username text not null default '',
				claims_email text not null,
				claims_email_verified integer not null,
				claims_groups blob not null,
				consents blob not null,
				created_at timestamp not null,
				last_login timestamp not null,
				blocked_until timestamp not null, mfa_secrets blob, webauthn_credentials blob,
				PRIMARY KEY (user_id, connector_id)
			);
CREATE TABLE auth_session (
				id text not null primary key,
				secret text not null default '',
				user_id text not null,
				connector_id text not null,
				client_states blob not null,
				created_at timestamp not null,
				last_activity timestamp not null,
				ip_address text not null default '',
				user_agent text not null default '',
				absolute_expiry timestamp not null default '1970-01-01 00:00:00',
				idle_expiry timestamp not null default '1970-01-01 00:00:00',
				logout_state blob
			);
CREATE INDEX auth_session_user_idx on auth_session (user_id, connector_id);
COMMIT;

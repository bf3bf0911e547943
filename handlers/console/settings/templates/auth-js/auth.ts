// npm install next-auth@beta. In app/api/auth/[...nextauth]/route.ts:
//   import { handlers } from "@/auth";
//   export const { GET, POST } = handlers;
import NextAuth from "next-auth";

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: [[quote .ID]],
      name: [[quote .Name]],
      type: "oidc",
      issuer: [[quote .Issuer]],
      clientId: process.env.AUTH_CLIENT_ID,
      clientSecret: process.env.AUTH_CLIENT_SECRET,
      authorization: { params: { scope: [[quote .Scope]] } },
      checks: ["pkce", "state"],
[[- if not .IDTokenClaims]]
      idToken: false, // name and email are at UserInfo alone
[[- end]]
[[- if .SecretPost]]
      client: { token_endpoint_auth_method: "client_secret_post" },
[[- end]]
    },
  ],
});
